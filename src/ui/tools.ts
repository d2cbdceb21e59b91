import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { authMode, type Config } from '../config/config.js';
import { signInSettings } from '../config/sign-in.js';
import { stringEnum } from '../contract/schemas.js';
import { mayCall, type PageServices } from '../features/services.js';
import { SEVERITIES } from '../vocabulary/severity.js';
import type { Viewer } from './page.js';
import type { Visit } from './route.js';

/** The place of a page in a list. */
export const CURSOR = Type.Optional(Type.String({ maxLength: 2000, pattern: '^[A-Za-z0-9_-]+$' }));

export const SEVERITY = Type.Optional(stringEnum(SEVERITIES));

/** How a person signs in: at the provider, with a token, or not at all. */
export type SignInWay = 'provider' | 'token' | 'none';

export function signInWay(config: Config): SignInWay {
  if (authMode(config) === 'none') return 'none';
  return signInSettings(config) ? 'provider' : 'token';
}

/** What every page needs. */
export interface Tools {
  readonly config: Config;
  readonly way: SignInWay;
  readonly services: PageServices;
}

export type CallContext = FastifyRequest['callContext'];

/** The address at which browsers reach this server, for commands to copy. */
export const addressOf = ({ config }: Tools, { protocol, host }: FastifyRequest): string =>
  config.PUBLIC_URL ?? `${protocol}://${host}`;

/** Names of projects by id, without those that the caller may not know. */
export async function namesOf(
  services: PageServices,
  context: CallContext,
  ids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  return mayCall(context, 'getProject') ? services.projectNames(context, ids) : new Map();
}

/** Whether a form of the page is a person's. */
export const isPerson = ({ viewer, context }: { viewer: Viewer; context: CallContext }): boolean =>
  viewer.antiForgery !== undefined && context.caller.person === true;

/** What denies a release now, or would without a break-glass. undefined: the viewer may not read it. */
export async function denialsOf(
  services: PageServices,
  { context, waiting }: Pick<Visit<unknown, unknown>, 'context' | 'waiting'>,
  { projectId, releaseId }: { projectId: number; releaseId: string },
  environment: string,
) {
  if (!mayCall(context, 'getReleaseReadiness', projectId)) return undefined;
  const { results } = await services.explainRelease(context, releaseId, environment, waiting);
  return results.filter(({ denies, overridden }) => denies || overridden);
}
