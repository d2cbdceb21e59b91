import { mayCall, type PageServices } from '../../features/services.js';
import { en } from '../texts/en.js';
import type { CallContext } from '../tools.js';
import { Empty, Missing, Panel, Time } from './basics.js';

/** Changes of one environment that a page shows. */
const SHOWN = 20;

type Event = Awaited<ReturnType<PageServices['listEvents']>>['items'][number];

/** Each change of what guards an environment. undefined: the viewer may not read events. */
export async function guardHistory(
  services: PageServices,
  context: CallContext,
  environment: string,
): Promise<readonly Event[] | undefined> {
  if (!mayCall(context, 'listEvents')) return undefined;
  const asked = { limit: SHOWN, order: 'newest', subject: `environment:${environment}` } as const;
  return (await services.listEvents(context, asked)).items;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A policy, with its version if it is fixed. */
const isPolicy = (value: unknown): value is { name: string; version: number | null } =>
  isObject(value) && typeof value.name === 'string';

/** A value of an event in one line. Another version of the server can have written any other value. */
function inWords(value: unknown): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? en.guard.nothing : value.map((one) => inWords(one)).join(', ');
  }
  if (isPolicy(value)) return en.guard.policy(value.name, value.version);
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Members of an event that are for the log, and not for a reader. */
const DIGESTS: ReadonlySet<string> = new Set(['row']);

function changesOf({ data }: Event): string[] {
  if (!isObject(data)) return [];
  return Object.entries(data)
    .filter(([field]) => !DIGESTS.has(field))
    .map(([field, value]) =>
      isObject(value) && 'after' in value
        ? en.guard.changed(field, inWords(value.before), inWords(value.after))
        : en.guard.set(field, inWords(value)),
    );
}

export const Guard = ({ events }: { events: readonly Event[] | undefined }) => (
  <Panel id="guard" title={en.guard.title}>
    {events === undefined && <Missing scope="events:read" />}
    {events?.length === 0 && <Empty>{en.guard.none}</Empty>}
    {events && events.length > 0 && (
      <ol class="timeline">
        {events.map((event) => (
          <li key={event.id}>
            <Time at={event.time} />
            <span>
              {event.actor}: {changesOf(event).join('; ')}
            </span>
          </li>
        ))}
      </ol>
    )}
  </Panel>
);
