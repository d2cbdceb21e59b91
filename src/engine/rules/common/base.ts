import type { RuleInput } from '../rule.js';
import { shown } from './text.js';

type Compared = Pick<RuleInput, 'running' | 'unauthorized'>;

/** `1.3.0, the running release`: what the release is compared with. */
export const nameOf = (
  { version }: NonNullable<RuleInput['running']>,
  { unauthorized }: Compared,
): string => `${shown(version)}, the ${unauthorized ? 'last authorized' : 'running'} release`;

/** `. 1.4.0 runs here without authorization, and is not compared with`, so that nobody takes it for the base. */
export const runsNote = ({ unauthorized }: Compared): string =>
  unauthorized
    ? `. ${shown(unauthorized.version)} runs here without authorization, and is not compared with`
    : '';

/** How an environment gets the first release that others are compared with. */
export const FIRST_BASE =
  'To have a first one, deploy a release that the gate allows, or break the glass for what runs (POST /releases/{id}/break-glass), and record it: POST /environments/{name}/deployments';
