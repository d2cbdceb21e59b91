/** How a table is verified, or why it is not. */
export interface TableVerification {
  /** What its rows are compared with. */
  readonly with?: string;
  /** Why nothing of it is compared, or what of it is not. */
  readonly not?: string;
}

const ROW = 'the digest `row` in their latest event';
const PARSED = 'the digest `rows` in the event of their evidence, or the document, read again';

/**
 * What `npm run log -- verify` does with each table of the schema. docs/events.md has the same table, and a test
 * compares both with the schema.
 */
export const TABLES: Readonly<Record<string, TableVerification>> = {
  projects: { with: ROW },
  releases: { with: ROW },
  artifacts: { with: ROW },
  evidence: {
    with: `${ROW}; \`superseded_by\` and \`superseded_at\` with the event and the time of the other evidence`,
  },
  components: { with: PARSED },
  findings: { with: PARSED },
  claims: { with: PARSED },
  vulnerability_aliases: { with: PARSED },
  documents: {
    with: 'the digest in the event of their evidence, their bytes, and the time of their first evidence',
  },
  document_chunks: { with: 'the digest of their document' },
  evidence_readings: {
    with: 'events `evidence.read-again`',
    not: 'documents that could not be read again; `read_at`',
  },
  policies: { with: ROW },
  policy_versions: { with: `${ROW}; rules with their digest` },
  environments: { with: ROW },
  environment_windows: { with: ROW },
  environment_stops: { with: ROW },
  deployments: { with: ROW },
  waivers: {
    with: `${ROW}; what was requested and approved with the digest \`sha256\` in their events`,
  },
  decision_briefs: {
    with: 'their digest, and the approvals that name it',
    not: 'briefs that no approval names, which decide nothing; `shown_at`, `shown_to`',
  },
  approval_requests: { with: ROW },
  approval_reminders: {
    not: 'which reminders were recorded: events `approval.reminded` say so. No verdict is made of them',
  },
  approvals: { with: ROW },
  approval_states: {
    with: 'the verdict that holds, and events `approval.voided`',
    not: '`because`, `since`',
  },
  break_glasses: { with: ROW },
  verdicts: { with: `${ROW}; inputs with \`inputsHash\`, results with \`verdictHash\`` },
  verdict_attestations: {
    with: 'the digest in the event `attestation.signed`, the signature, and the verdict',
    not: '`signed_at`',
  },
  release_decisions: {
    with: 'the latest event about the release and environment',
    not: '`snapshot`, `decided_at`',
  },
  release_facts: {
    with: 'the evidence: counts are counted, and facts computed again',
    not: 'facts of an earlier state or engine, which are never used; `changes`',
  },
  project_usage: { with: 'the sizes of the documents' },
  api_tokens: { with: ROW, not: '`last_used_at`' },
  trusted_issuers: { with: ROW },
  group_grants: { with: ROW },
  webhooks: { with: ROW },
  webhook_deliveries: {
    not: 'what was sent to webhooks, deleted 30 days after its end. No verdict is made of it',
  },
  identities: {
    with: `${ROW}, and the events that disable, enable and link names`,
    not: '`name`, `signed_in_at`, `disabled_at`',
  },
  identity_links: { with: ROW },
  sessions: { with: ROW, not: '`last_used_at`; the server deletes those that expired 30 days ago' },
  events: { with: 'the entry of the log' },
  logs: {
    with: "the entries, and the last signature in the keys' folder",
    not: '`began_at`, `ended_at`',
  },
  log_entries: { with: 'the event, the tree and the entry before' },
  log_tiles: { with: 'the entries' },
  log_checkpoints: {
    with: 'the tiles, and the signature',
    not: '`signed_at`; which sizes were published, because a missing checkpoint is signed again with the same bytes',
  },
  log_queue: { with: 'the events: each has an entry or is in the queue, and not both' },
  log_reasons: { with: 'the digest in the event' },
  event_imports: {
    not: 'the progress of a job; a row in it is a fault, because added rows could hide',
  },
  idempotency_keys: {
    not: 'first answers to requests, deleted after 24 hours. No verdict is made of them',
  },
  server_keys: {
    not: 'random keys. With another key, the same secret gets another fingerprint in later evidence',
  },
};
