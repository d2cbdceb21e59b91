/** What the server's role may do with a table, besides reading it. */
export interface TableRights {
  readonly insert: boolean;
  /** Columns that it may change. A trigger that sets another column needs no right. */
  readonly update: readonly string[];
  readonly delete: boolean;
}

const NONE = { insert: false, update: [], delete: false };
/** Rows are added, and never changed. */
const ADDED = { ...NONE, insert: true };
const changed = (...update: string[]) => ({ ...ADDED, update });

/**
 * The rights of the server's role, one line for each table. A start grants exactly these, if they differ. Those on a
 * table that the record consists of are few: what is decided, received or waived stays as it was written.
 *
 * `FOR SHARE` and `FOR UPDATE` need the right to change a column. Foreign keys need no right.
 *
 * Versions with the same migrations must agree on this table, or their starts would take each other's rights away. So a
 * right that is new for an existing table comes with a migration. A right that the version before needs is removed in
 * the version after the next.
 */
export const RIGHTS: Readonly<Record<string, TableRights>> = {
  _prisma_migrations: NONE,
  api_tokens: changed('last_used_at', 'revoked_at', 'revoked_by'),
  approval_reminders: ADDED,
  approval_requests: ADDED,
  approval_states: changed('is_void', 'because', 'since'),
  approvals: changed('withdrawn_by', 'withdraw_reason'),
  artifacts: ADDED,
  // A trigger adds its rows, as those of `deployment_doubts`.
  break_glass_own_reviews: ADDED,
  break_glasses: changed(
    'confirmed_at',
    'confirmed_by',
    'confirmed_via',
    'confirmer_keys',
    'opened_at',
    'ends_at',
    'ended_at',
    'ended_by',
    'ended_because',
    'finding',
    'actions',
    'reviewed_at',
    'reviewed_by',
    'reviewed_via',
    'reviewer_keys',
    'reminded_at',
  ),
  claims: ADDED,
  components: ADDED,
  decision_briefs: ADDED,
  deployment_doubts: ADDED,
  deployments: changed('state', 'succeeded_as', 'ended_at', 'ended_by'),
  document_chunks: ADDED,
  document_removals: NONE,
  documents: ADDED,
  environment_stops: changed('resumed_at', 'resumed_by', 'resume_reason'),
  environment_windows: changed('ended_at', 'ended_by'),
  environments: changed('rank', 'policies', 'after', 'sign_in_within_minutes', 'updated_by'),
  event_imports: { insert: false, update: ['after'], delete: true },
  events: ADDED,
  evidence: changed('last_received_at', 'superseded_by', 'retracted_by', 'retract_reason'),
  evidence_readings: ADDED,
  findings: ADDED,
  group_grants: changed('revoked_at', 'revoked_by'),
  idempotency_keys: {
    ...changed('fingerprint', 'headers', 'body', 'status', 'created_at'),
    delete: true,
  },
  identities: changed('name', 'groups', 'signed_in_at', 'disabled_at', 'disabled_by'),
  identity_links: changed(
    'unlink_requested_at',
    'unlink_requested_by',
    'unlinked_at',
    'unlinked_by',
  ),
  legal_holds: changed('lifted_at', 'lifted_by', 'lift_reason'),
  log_checkpoints: ADDED,
  log_entries: ADDED,
  log_queue: { ...ADDED, delete: true },
  log_reasons: NONE,
  log_tiles: changed('hashes'),
  logs: changed('size', 'root', 'ended_at', 'diverged_at'),
  policies: ADDED,
  policy_versions: ADDED,
  project_usage: changed('document_bytes'),
  projects: { ...changed('name', 'status', 'description', 'key', 'updated_by'), delete: true },
  release_facts: changed('changes', 'facts', 'facts_of', 'facts_engine', 'reports', 'row_count'),
  release_decisions: changed(
    'verdict_id',
    'decision',
    'inputs_hash',
    'snapshot',
    'decided_at',
    'decided_by',
  ),
  releases: changed(
    'notes',
    'links',
    'state',
    'sealed_by',
    'revoked_by',
    'revoked_reason',
    'updated_by',
  ),
  retention_policies: ADDED,
  server_keys: ADDED,
  sessions: { ...changed('last_used_at', 'ended_at', 'end_reason'), delete: true },
  trusted_issuers: changed('revoked_at', 'revoked_by'),
  verdict_attestations: ADDED,
  verdicts: ADDED,
  vulnerability_aliases: ADDED,
  waivers: changed('approved_by', 'revoked_by', 'revoke_reason'),
  webhook_deliveries: {
    ...changed(
      'state',
      'attempts',
      'next_attempt_at',
      'claimed_until',
      'last_attempt_at',
      'last_status',
      'last_error',
      'ended_at',
    ),
    delete: true,
  },
  webhooks: changed(
    'key_id',
    'salt',
    'previous_salt',
    'rotated_at',
    'rotated_by',
    'disabled_at',
    'disabled_because',
    'revoked_at',
    'revoked_by',
  ),
};

/** Views for people. The role reads them with the rights of their owner. */
export const VIEWS: readonly string[] = [
  'finding_overview',
  'release_overview',
  'verdict_overview',
];

/** Sequences of ids. The role takes the next value, and cannot set it back. */
export const SEQUENCES: readonly string[] = ['projects_id_seq'];

/** Functions in defaults and triggers. Those of the extension `pg_trgm` are everyone's. */
export const FUNCTIONS: readonly string[] = [
  'uuid_v7()',
  'evidence_row_count(integer, jsonb)',
  'rests_on_doubt(integer, uuid, text, timestamptz, jsonb)',
  'deployment_is_in_doubt(deployments)',
  'is_own_review(break_glasses)',
];
