/** How a table is verified, or why it is not. */
export interface TableVerification {
  /** What its rows are compared with. */
  readonly with?: string;
  /** Why nothing of it is compared, or which rows are not. */
  readonly not?: string;
  /** Columns that are not compared, and why they cannot matter. */
  readonly except?: Readonly<Record<string, string>>;
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
  document_chunks: {
    with: 'the digest of their document. If all are gone, with events `document.removed`',
  },
  document_removals: { with: 'events `document.removed`, the policy and the holds of that time' },
  legal_holds: { with: ROW },
  retention_policies: { with: ROW },
  evidence_readings: {
    with: 'events `evidence.read-again`',
    not: 'documents that could not be read again',
    except: { read_at: 'the event has the time' },
  },
  policies: { with: ROW },
  policy_versions: { with: `${ROW}; rules with their digest` },
  environments: { with: ROW },
  environment_windows: { with: ROW },
  environment_stops: { with: ROW },
  deployments: { with: ROW },
  deployment_doubts: { with: 'the deployments before, and their verdicts' },
  waivers: {
    with:
      `${ROW}; what was requested and approved with the digest \`sha256\` in their events. ` +
      'Without it, no fingerprints',
  },
  decision_briefs: {
    with: 'their digest, and the approvals that name it',
    not: 'briefs that no approval names, which decide nothing',
    except: {
      shown_at: 'no decision is made of it',
      shown_to: 'the approval has the person',
    },
  },
  approval_requests: { with: ROW },
  approval_reminders: {
    not: 'which reminders were recorded: events `approval.reminded` say so. No verdict is made of them',
  },
  approvals: { with: ROW },
  approval_states: {
    with: 'the verdict that holds, and events `approval.voided`',
    except: { because: 'the event has it', since: 'the event has the time' },
  },
  break_glasses: { with: ROW },
  break_glass_own_reviews: { with: 'the reviews, and the links of names' },
  verdicts: {
    with:
      `${ROW}; inputs with \`inputsHash\`, results with \`verdictHash\` ` +
      'or with `resultsSha256` in `imported`',
    not: 'results of verdicts without `verdictHash` that an earlier version imported',
  },
  verdict_attestations: {
    with: 'the digest in the event `attestation.signed`, the signature, and the verdict',
    except: { signed_at: 'the event has the time' },
  },
  release_decisions: {
    with: 'the latest event about the release and environment, and the release',
    not: '`snapshot` and `decided_at`, if an earlier version recorded the event',
  },
  release_facts: {
    with: 'the evidence: counts are counted, and facts computed again',
    not: 'facts of an earlier state or engine, which are never used. Those of a later engine are not comparable',
    except: {
      changes: 'facts of another number are computed again, and those of a higher one are a fault',
      facts_engine: 'facts of another engine are computed again',
    },
  },
  project_usage: { with: 'the sizes of the documents' },
  api_tokens: { with: ROW, except: { last_used_at: 'it decides nothing' } },
  trusted_issuers: { with: ROW },
  group_grants: { with: ROW },
  webhooks: { with: ROW },
  webhook_deliveries: {
    not: 'what was sent to webhooks, deleted 30 days after its end. No verdict is made of it',
  },
  identities: {
    with: `${ROW}, and the events that disable, enable and link names`,
    except: {
      name: 'as the identity provider shows it: it decides nothing',
      signed_in_at: 'events of sessions have the time',
      disabled_at: 'the event has the time, and `disabled_by` says whether the person is disabled',
    },
  },
  identity_links: { with: ROW },
  sessions: {
    with: ROW,
    not: 'those that expired 30 days ago, which the server deletes',
    except: { last_used_at: 'no session lasts longer than `expires_at`' },
  },
  events: {
    with: 'the entry of the log, and the members that this version records',
    except: { queued: 'each event has an entry, or is in the queue' },
  },
  logs: {
    with: "the entries, and the last signature in the keys' folder",
    except: {
      began_at: 'the first entry has the time',
      ended_at: 'the event `log.recovered` of the next log has the time',
    },
  },
  log_entries: { with: 'the event, the tree and the entry before' },
  log_tiles: { with: 'the entries' },
  log_checkpoints: {
    with: 'the tiles, and the signature',
    not: 'which sizes were published, because a missing checkpoint is signed again with the same bytes',
    except: { signed_at: 'the signature does not cover it' },
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

/** What of a table is not compared, and why. */
export function notCompared({ not, except = {} }: TableVerification): string {
  const columns = Object.entries(except).map(([column, why]) => `\`${column}\`: ${why}`);
  return [...(not === undefined ? [] : [not]), ...columns].join('; ');
}
