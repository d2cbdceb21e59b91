import { ADDED_COLUMNS } from './added-columns.js';
import { EVENTS, type EventType, type ImportedKind, type SubjectKind } from './catalogue.js';

/** The table that has the rows of a kind of subject. */
export interface RowSource {
  readonly table: string;
  /** Expression over the row `t`: the id of the subject, as text. */
  readonly id: string;
  /** Condition that the row `t` is that of an id. @param id expression of type text */
  readonly is: (id: string) => string;
  /** Columns that change without an event about this subject, or that another digest in the event covers. */
  readonly without?: readonly string[];
}

const BY_UUID = { id: 't.id::text', is: (id: string) => `t.id = (${id})::uuid` };
const BY_NAME = { id: 't.name', is: (id: string) => `t.name = ${id}` };

export const ROWS: Readonly<Record<ImportedKind, RowSource>> = {
  project: { table: 'projects', id: 't.id::text', is: (id) => `t.id = (${id})::int` },
  release: { ...BY_UUID, table: 'releases' },
  artifact: { ...BY_UUID, table: 'artifacts' },
  // The event of the new evidence says what it superseded.
  evidence: { ...BY_UUID, table: 'evidence', without: ['superseded_at', 'superseded_by'] },
  'legal-hold': { ...BY_UUID, table: 'legal_holds' },
  'retention-policy': { ...BY_UUID, table: 'retention_policies' },
  policy: { ...BY_NAME, table: 'policies' },
  'policy-version': {
    table: 'policy_versions',
    id: `t.policy_name || '/' || t.version`,
    is: (id) =>
      `t.policy_name = substring(${id} FROM '^(.*)/[0-9]+$') AND t.version = substring(${id} FROM '/([0-9]+)$')::int`,
  },
  environment: { ...BY_NAME, table: 'environments' },
  window: { ...BY_UUID, table: 'environment_windows' },
  stop: { ...BY_UUID, table: 'environment_stops' },
  deployment: { ...BY_UUID, table: 'deployments' },
  // `sha256` covers them, and an earlier version did not have them.
  waiver: { ...BY_UUID, table: 'waivers', without: ['fingerprints'] },
  'approval-request': { ...BY_UUID, table: 'approval_requests' },
  approval: { ...BY_UUID, table: 'approvals' },
  'break-glass': { ...BY_UUID, table: 'break_glasses' },
  // `inputsHash` and `verdictHash` cover them.
  verdict: { ...BY_UUID, table: 'verdicts', without: ['inputs', 'results'] },
  token: { ...BY_UUID, table: 'api_tokens', without: ['last_used_at'] },
  issuer: { ...BY_UUID, table: 'trusted_issuers' },
  session: { ...BY_UUID, table: 'sessions', without: ['last_used_at'] },
  // Each sign-in changes the first two. Events about another name of the person change the others.
  identity: {
    ...BY_UUID,
    table: 'identities',
    without: ['name', 'signed_in_at', 'disabled_at', 'disabled_by'],
  },
  'identity-link': { ...BY_UUID, table: 'identity_links' },
  'group-grant': { ...BY_UUID, table: 'group_grants' },
  webhook: { ...BY_UUID, table: 'webhooks' },
};

/**
 * Types of events that do not change the row of their subject. They must not have its digest: another transaction may
 * be changing the row, and its event can be the earlier one.
 */
const WITHOUT_ROW: ReadonlySet<EventType> = new Set<EventType>([
  'project.deleted',
  'deployment.unauthorized',
  'approval.reminded',
  'approval.voided',
  'verdict.holds-again',
  'attestation.signed',
  'audit-pack.issued',
  'webhook.tested',
  'webhook.retried',
  'webhook.delivery-failed',
  'session.refused',
]);

const isRowKind = (kind: SubjectKind): kind is ImportedKind => kind in ROWS;

/** The kind of row whose digest an event of the type has. undefined: it has none. */
export function rowKindOf(type: EventType): ImportedKind | undefined {
  const { subject } = EVENTS[type];
  return isRowKind(subject) && !WITHOUT_ROW.has(type) ? subject : undefined;
}

/** Condition over an event: its data has the digest of a row. What was written beside the API need not be JSON. */
export const hasRow = (event: string): string => `${event}.data ~ '"row"\\s*:\\s*"[0-9a-f]{64}"'`;

/** The types of events that have the digest of a row of this kind. */
export const rowTypesOf = (kind: ImportedKind): EventType[] =>
  (Object.keys(EVENTS) as EventType[]).filter((type) => rowKindOf(type) === kind);

const names = (columns: readonly string[]) => columns.map((name) => `'${name}'`).join(', ');

/** Expression: SHA-256 of a text in UTF-8, in hexadecimal digits. */
const sha256 = (text: string) => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;

const digestWithout = (columns: readonly string[], row = 'to_jsonb(t)') =>
  sha256(`(${row}${columns.length > 0 ? ` - ARRAY[${names(columns)}]` : ''})::text`);

/** Expression over the row `t`: SHA-256 of the row as PostgreSQL's `jsonb`, as text in UTF-8, in hexadecimal digits. */
export const rowDigest = (kind: ImportedKind): string => digestWithout(ROWS[kind].without ?? []);

/** What the digest of a row covers. */
interface Covered {
  /** Columns that it leaves out. Default: those of the kind. */
  readonly without?: readonly string[];
  /** Expression: the row as `jsonb`. */
  readonly row?: string;
}

/**
 * Condition over the row `t`: it has the digest, which covers the columns that the table had at the time of the event.
 * @param digest expression of type text
 */
export function hasDigest(kind: ImportedKind, digest: string, covered: Covered = {}): string {
  const { without = ROWS[kind].without ?? [], row } = covered;
  const added = ADDED_COLUMNS[kind] ?? [];
  const versions = [...added.keys()].reverse().map((first) => {
    const later = added.slice(first);
    const unset = later
      .filter(({ columns }) => !columns.every((column) => without.includes(column)))
      .map((one) => `(${one.unset})`);
    const left = [...without, ...later.flatMap(({ columns }) => columns)];
    return [...unset, `${digest} = ${digestWithout(left, row)}`].join(' AND ');
  });
  return `(${[`${digest} = ${digestWithout(without, row)}`, ...versions].join(' OR ')})`;
}
