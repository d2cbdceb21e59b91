import type { EventRow } from './deliveries.sql.js';

/** The body of a delivery, before it is written as JSON: the shape that Standard Webhooks recommends. */
export interface Payload {
  readonly type: string;
  /** When the event was recorded, ISO 8601. */
  readonly timestamp: string;
  readonly data: {
    /** Id of the event, which is `webhook-id`. */
    readonly event: string;
    readonly subject: { readonly kind: string; readonly id: string };
    readonly project: { readonly id: number; readonly name: string | null } | null;
    readonly release: { readonly id: string; readonly version: string | null } | null;
    readonly actor: string;
    /** The data of the event. */
    readonly details: Readonly<Record<string, unknown>>;
    /** Addresses in the API. Paths, if PUBLIC_URL is not set. */
    readonly links: Readonly<Record<string, string>>;
  };
}

/** The adopted table does not limit names. A body has at most 20 KiB, because an event has at most 16. */
const shortName = (name: string | null) => name?.slice(0, 200) ?? null;

/** The data of an event. undefined: it was written beside the API, and is not a JSON object. */
function detailsOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Environments that an event is about. */
function environmentsOf({ environment, environments }: Record<string, unknown>): string[] {
  const list = Array.isArray(environments) ? environments : [environment];
  return list.filter((name): name is string => typeof name === 'string');
}

/** The path of what the event is about, or of the list that has it. */
function subjectLink(
  { subjectKind, subjectId, releaseId }: EventRow,
  environment: string | undefined,
): string | undefined {
  const place = environment === undefined ? undefined : encodeURIComponent(environment);
  const paths: Readonly<Record<string, string | undefined>> = {
    approval: `/approvals/${subjectId}`,
    'approval-request':
      releaseId === null ? undefined : `/approvals?state=wanted&release=${releaseId}`,
    'break-glass': `/break-glass/${subjectId}`,
    deployment: place && `/environments/${place}/history`,
    stop: place && `/environments/${place}/stops?state=all`,
    webhook: `/webhooks/${subjectId}`,
  };
  return paths[subjectKind];
}

function linksOf(event: EventRow, details: Record<string, unknown>, base: string) {
  const links: Record<string, string> = { event: `${base}/events/${event.id}` };
  const [environment, ...others] = environmentsOf(details);
  const isOne = environment !== undefined && others.length === 0;
  const name = isOne ? encodeURIComponent(environment) : undefined;
  if (event.releaseId !== null) links.release = `${base}/releases/${event.releaseId}`;
  if (name !== undefined) links.environment = `${base}/environments/${name}/status`;
  if (event.releaseId !== null && name !== undefined && event.type.startsWith('approval.')) {
    links.brief = `${links.release}/decision-brief?environment=${name}`;
  }
  const subject = subjectLink(event, environment);
  if (subject !== undefined) links.subject = `${base}${subject}`;
  if (event.subjectKind === 'webhook') links.webhook = `${base}/webhooks/${event.subjectId}`;
  return links;
}

/**
 * What a webhook is sent: ids, names and short values. Events have neither free text of people nor secrets.
 * @param own the projects of the webhook; null: all. Other projects are not named
 * @returns undefined if the event was erased
 */
export function payloadOf(
  event: EventRow,
  own: readonly number[] | null,
  publicUrl = '',
): Payload | undefined {
  const details = detailsOf(event.data);
  if (details === undefined || details.erased === true || event.subjectId === 'erased')
    return undefined;
  const { projects } = details;
  // The digest of a row is for those who can read the database.
  delete details.row;
  if (own !== null && Array.isArray(projects)) {
    details.projects = projects.filter((id) => own.includes(id));
  }
  const { projectId, releaseId } = event;
  return {
    type: event.type,
    timestamp: event.time.toISOString(),
    data: {
      event: event.id,
      subject: { kind: event.subjectKind, id: event.subjectId },
      project: projectId === null ? null : { id: projectId, name: shortName(event.projectName) },
      release: releaseId === null ? null : { id: releaseId, version: event.releaseVersion },
      actor: event.actor,
      details,
      links: linksOf(event, details, publicUrl.replace(/\/$/, '')),
    },
  };
}
