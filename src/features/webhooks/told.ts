import type { Grant, Projects } from '../../access/caller.js';
import type { Scope } from '../../access/scopes.js';
import { EVENTS, type EventType } from '../../events/catalogue.js';
import { SCOPE_OF_KIND, WITHOUT_PROJECT } from '../transparency/index.js';

const LISTED = [
  'approval.requested',
  'approval.reminded',
  'approval.given',
  'approval.rejected',
  'approval.withdrawn',
  'approval.voided',
  'environment.stopped',
  'environment.resumed',
  'deployment.unauthorized',
  'webhook.disabled',
] as const satisfies readonly EventType[];

/**
 * The types of events that a webhook can be told of. The trigger `events_for_webhooks` looks at their families alone,
 * so a type of another family needs a migration.
 */
export const TOLD: readonly EventType[] = [
  ...LISTED,
  ...(Object.keys(EVENTS) as EventType[]).filter((type) => type.startsWith('break-glass.')),
];

/** Types that belong to no project, so that a webhook of some projects would never be told of them. */
export const OF_NO_PROJECT: ReadonlySet<string> = new Set(
  TOLD.filter((type) => {
    const { subject } = EVENTS[type];
    return WITHOUT_PROJECT.has(subject) && subject !== 'stop'; // the trigger finds the projects of a stop
  }),
);

/** What a caller who creates a webhook must be allowed to read: what it will be sent. */
export function grantsOf(types: readonly EventType[], projects: Projects): Grant[] {
  const kinds = [...new Set(types.map((type) => EVENTS[type].subject))];
  const scopesOf = (some: readonly (typeof kinds)[number][]): Scope[] =>
    some.length === 0
      ? []
      : [...new Set<Scope>(['events:read', ...some.map((kind) => SCOPE_OF_KIND[kind])])];
  const withProject = kinds.filter((kind) => !WITHOUT_PROJECT.has(kind));
  const without = kinds.filter((kind) => WITHOUT_PROJECT.has(kind));
  return [
    { scopes: ['webhooks:write', ...scopesOf(withProject)], projects },
    // What belongs to no project is for callers whose events are not bound to projects.
    { scopes: scopesOf(without), projects: null },
  ];
}
