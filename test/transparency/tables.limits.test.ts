import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../../src/database/sql.js';
import { TABLES, verifySnapshot } from '../../src/features/verification/index.js';
import { testDatabaseUrl } from '../support/database.js';
import { sharedReader, wholeRecord } from '../support/record.js';

/** Copies a row, with other values for some columns. */
const copy = (table: string, changed: Record<string, string>) =>
  `INSERT INTO ${table} SELECT (jsonb_populate_record(t, jsonb_build_object(${Object.entries(
    changed,
  )
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ')}))).* FROM ${table} t LIMIT 1`;
const ID = { id: 'gen_random_uuid()' };
const remove = (table: string, where = 'true') =>
  `DELETE FROM ${table} WHERE ctid = (SELECT ctid FROM ${table} WHERE ${where} LIMIT 1)`;
const EVIDENCE = `(SELECT evidence_id FROM findings LIMIT 1)`;
const HASH = `'\\x' || repeat('00', 32)`;
const ANY_DAYS = 'ALTER TABLE retention_policies DROP CONSTRAINT retention_policies_days_check';
const UNCHECKED = 'ALTER TABLE decision_briefs DROP CONSTRAINT decision_briefs_sha256_check';
/** Rows of a document: each is one of a release whose verdict would be another. */
const parsed = (table: string, update: string) => [
  `UPDATE ${table} SET ${update}`,
  `UPDATE ${table} SET ordinal = ordinal + 100`,
  `UPDATE ${table} SET release_id = gen_random_uuid()`,
  copy(table, { ordinal: '99' }),
  copy(table, { evidence_id: 'gen_random_uuid()' }),
  remove(table),
];

/** What the role that owns the tables could do to each of them, without their triggers and foreign keys. */
const TAMPERING: Readonly<Record<string, readonly string[]>> = {
  projects: [
    `UPDATE projects SET name = 'Other'`,
    `UPDATE projects SET description = 'Other'`,
    `UPDATE projects SET key = 'other' WHERE id = (SELECT min(id) FROM projects)`,
    copy('projects', { id: '99' }),
    remove('projects'),
  ],
  releases: [
    `UPDATE releases SET authors = '{eve}'`,
    `UPDATE releases SET commit = repeat('0', 40)`,
    copy('releases', { ...ID, version: `'9.9.9'` }),
    remove('releases', `version = '1.0.0'`),
  ],
  artifacts: [
    `UPDATE artifacts SET purl = 'pkg:npm/other', purl_key = 'pkg:npm/other'`,
    `UPDATE artifacts SET digests = array_append(digests, 'sha256:' || repeat('0', 64))`,
    copy('artifacts', { ...ID, sha256: `repeat('0', 64)` }),
    remove('artifacts'),
  ],
  evidence: [
    `UPDATE evidence SET summary = jsonb_set(summary, '{shows}', '[]')`,
    `UPDATE evidence SET last_received_at = now() + interval '1 day'`,
    `UPDATE evidence SET parser_version = parser_version + 1`,
    `UPDATE evidence SET superseded_at = superseded_at + interval '1 hour'`,
    `UPDATE evidence SET superseded_at = NULL, superseded_by = NULL`,
    copy('evidence', ID),
    remove('evidence'),
  ],
  components: parsed('components', `licences = '{}'`),
  findings: [
    ...parsed('findings', `severity = 'none'`),
    `UPDATE findings SET unfixable = NOT unfixable`,
    `UPDATE findings SET score = 0.1`,
    `UPDATE findings SET fingerprint = sha256(fingerprint)`,
    `UPDATE findings SET aliases = '{}' WHERE aliases <> '{}'`,
    `UPDATE findings SET message = 'Harmless'`,
  ],
  claims: [
    ...parsed('claims', `target = 'CVE-2024-0001'`),
    `UPDATE claims SET applied = NOT applied`,
    `UPDATE claims SET stated_at = stated_at + interval '1 ms'`,
    copy('claims', { evidence_id: EVIDENCE, target: `'CVE-2024-0001'` }),
  ],
  vulnerability_aliases: parsed('vulnerability_aliases', `canonical = 'CVE-2024-0001'`),
  documents: [
    `UPDATE documents SET size = size + 1`,
    copy('documents', { sha256: `repeat('0', 64)` }),
    remove('documents'),
  ],
  document_chunks: [
    `UPDATE document_chunks SET content = set_byte(content, 12, get_byte(content, 12) # 255)`,
    copy('document_chunks', { ordinal: '7' }),
    copy('document_chunks', { sha256: `repeat('0', 64)` }),
    remove('document_chunks'),
  ],
  document_removals: [
    `UPDATE document_removals SET sha256 = (SELECT sha256 FROM document_chunks LIMIT 1)`,
    `UPDATE document_removals SET policy_id = gen_random_uuid()`,
    copy('document_removals', ID),
    remove('document_removals'),
  ],
  legal_holds: [
    `UPDATE legal_holds SET lifted_at = now(), lifted_by = 'eve', lift_reason = 'x'`,
    copy('legal_holds', ID),
    remove('legal_holds'),
  ],
  retention_policies: [
    `${ANY_DAYS}; UPDATE retention_policies SET deployed_days = 1`,
    `${ANY_DAYS}; ${copy('retention_policies', ID)}`,
    remove('retention_policies'),
  ],
  evidence_readings: [
    `UPDATE evidence_readings SET read_as = evidence_id`,
    copy('evidence_readings', {
      evidence_id: `(SELECT id FROM evidence WHERE label = 'unit' LIMIT 1)`,
    }),
    remove('evidence_readings'),
  ],
  policies: [
    `UPDATE policies SET description = 'Other' WHERE name = 'gate'`,
    copy('policies', { ...ID, name: `'other'` }),
    remove('policies', `name = 'gate'`),
  ],
  policy_versions: [
    `UPDATE policy_versions SET rules = '[]' WHERE policy_name = 'gate'`,
    `UPDATE policy_versions SET created_by = 'eve' WHERE policy_name = 'baseline'`,
    copy('policy_versions', { policy_name: `'gate'`, version: '2' }),
    remove('policy_versions', `policy_name = 'gate'`),
    remove('policy_versions', `policy_name = 'baseline' AND version = 2`),
  ],
  environments: [
    `UPDATE environments SET after = '{staging}' WHERE name = 'gate'`,
    copy('environments', { name: `'other'` }),
    remove('environments', `name = 'gate'`),
  ],
  environment_windows: [
    `UPDATE environment_windows SET reason = 'Other'`,
    copy('environment_windows', ID),
    remove('environment_windows'),
  ],
  environment_stops: [
    `UPDATE environment_stops SET reason = 'Other'`,
    copy('environment_stops', ID),
    remove('environment_stops'),
  ],
  deployments: [
    `UPDATE deployments SET links = '[{"title": "x", "url": "https://x.example"}]'`,
    `UPDATE deployments SET judged_verdict_id = NULL`,
    copy('deployments', ID),
    remove('deployments'),
  ],
  deployment_doubts: [
    `INSERT INTO deployment_doubts SELECT id FROM deployments LIMIT 1`,
    `INSERT INTO deployment_doubts VALUES (gen_random_uuid())`,
  ],
  waivers: [
    `UPDATE waivers SET expires_at = expires_at + interval '9 days'`,
    `UPDATE waivers SET purl = 'pkg:npm/other', purl_key = 'pkg:npm/other'`,
    `UPDATE waivers SET approved_at = NULL, approved_by = NULL`,
    copy('waivers', ID),
    remove('waivers'),
  ],
  decision_briefs: [
    `${UNCHECKED}; UPDATE decision_briefs SET risk = replace(risk, '{', '{"x":1,')`,
    `${UNCHECKED}; ${copy('decision_briefs', { sha256: `repeat('0', 64)` })}`,
    remove('decision_briefs'),
  ],
  approval_requests: [
    `UPDATE approval_requests SET note = 'Other'`,
    copy('approval_requests', ID),
    remove('approval_requests'),
  ],
  approvals: [
    `UPDATE approvals SET given_at = given_at - interval '1 day'`,
    copy('approvals', ID),
    remove('approvals'),
  ],
  approval_states: [
    `UPDATE approval_states SET is_void = false`,
    copy('approval_states', { approval_id: 'gen_random_uuid()' }),
    remove('approval_states'),
  ],
  break_glasses: [
    `UPDATE break_glasses SET ends_at = ends_at + interval '1 hour', minutes = minutes + 60`,
    copy('break_glasses', ID),
    remove('break_glasses'),
  ],
  break_glass_own_reviews: [
    `INSERT INTO break_glass_own_reviews SELECT id, now() FROM break_glasses LIMIT 1`,
    `INSERT INTO break_glass_own_reviews VALUES (gen_random_uuid(), now())`,
  ],
  verdicts: [
    `UPDATE verdicts SET evaluated_at = evaluated_at - interval '1 day'`,
    `UPDATE verdicts SET results = '[]'`,
    copy('verdicts', { ...ID, inputs_hash: `repeat('0', 64)` }),
    remove('verdicts'),
  ],
  verdict_attestations: [
    `UPDATE verdict_attestations SET envelope = replace(envelope, '"sig":"', '"sig":"A')`,
    `UPDATE verdict_attestations SET envelope = envelope || ' '`,
    `UPDATE verdict_attestations SET key_id = 'other'`,
    `UPDATE verdict_attestations SET verdict_id = (SELECT id FROM verdicts ORDER BY id LIMIT 1)`,
    copy('verdict_attestations', { artifact_sha256: `repeat('0', 64)` }),
    remove('verdict_attestations'),
  ],
  release_decisions: [
    `UPDATE release_decisions SET verdict_id = (SELECT id FROM verdicts ORDER BY id LIMIT 1)`,
    `UPDATE release_decisions SET decided_by = 'eve'`,
    copy('release_decisions', { environment: `'production'` }),
    remove('release_decisions'),
  ],
  release_facts: [
    `UPDATE release_facts SET facts = jsonb_set(facts, '{counts}', '[]')`,
    `UPDATE release_facts SET reports = reports - 1`,
    copy('release_facts', { release_id: 'gen_random_uuid()' }),
    remove('release_facts'),
  ],
  project_usage: [
    `UPDATE project_usage SET document_bytes = 0`,
    copy('project_usage', { project_id: '99' }),
    remove('project_usage'),
  ],
  api_tokens: [
    `UPDATE api_tokens SET hash = sha256(hash) WHERE subject = 'ci'`,
    `UPDATE api_tokens SET name = 'x' WHERE subject = 'ci'`,
    copy('api_tokens', { ...ID, hash: HASH }),
    remove('api_tokens', `subject = 'ci'`),
  ],
  trusted_issuers: [
    `UPDATE trusted_issuers SET conditions = '{"repository": "eve/*"}'`,
    copy('trusted_issuers', ID),
    remove('trusted_issuers'),
  ],
  group_grants: [
    `UPDATE group_grants SET every_project = true, project_ids = '{}'`,
    copy('group_grants', ID),
    remove('group_grants'),
  ],
  webhooks: [
    `UPDATE webhooks SET url = 'https://eve.example.org/'`,
    copy('webhooks', ID),
    remove('webhooks'),
  ],
  identities: [
    `UPDATE identities SET disabled_at = NULL, disabled_by = NULL`,
    `UPDATE identities SET groups = '{admins}'`,
    `UPDATE identities SET key = 'OTHER' WHERE subject LIKE '%|2'`,
    copy('identities', { ...ID, key: `'eve'`, subject: `'eve'` }),
    remove('identities', `subject = 'ci'`),
    remove('identities', `subject LIKE '%|2'`),
  ],
  identity_links: [
    `UPDATE identity_links SET alias = 'bob', alias_key = 'BOB'`,
    copy('identity_links', { ...ID, alias: `'eve'`, alias_key: `'EVE'` }),
    remove('identity_links'),
  ],
  sessions: [
    `UPDATE sessions SET hash = sha256(hash)`,
    `UPDATE sessions SET ended_at = now(), end_reason = 'signed-out'`,
    copy('sessions', { ...ID, hash: HASH, attempt_hash: HASH }),
    remove('sessions'),
  ],
  events: [
    `UPDATE events SET actor = 'eve' WHERE type = 'verdict.decided'`,
    copy('events', ID),
    remove('events', `type = 'verdict.decided'`),
  ],
  logs: [
    `UPDATE logs SET size = size - 1`,
    copy('logs', { id: '7', origin: `'other'`, ended_at: 'now()' }),
    remove('logs'),
  ],
  log_entries: [
    `UPDATE log_entries SET commitment = sha256(commitment) WHERE index = 3`,
    copy('log_entries', { index: '9999', event_id: 'gen_random_uuid()' }),
    remove('log_entries'),
  ],
  log_tiles: [
    `UPDATE log_tiles SET hashes = sha256(hashes) || substring(hashes FROM 33)`,
    copy('log_tiles', { index: '9' }),
    remove('log_tiles'),
  ],
  log_checkpoints: [
    `UPDATE log_checkpoints SET root = sha256(root)`,
    copy('log_checkpoints', { size: '3' }),
    remove('log_checkpoints', 'size = (SELECT max(size) FROM log_checkpoints)'),
  ],
  log_queue: [
    `INSERT INTO log_queue SELECT id FROM events LIMIT 1`,
    `INSERT INTO log_queue VALUES (gen_random_uuid())`,
  ],
  log_reasons: [
    `UPDATE log_reasons SET reason = 'Other'`,
    copy('log_reasons', { event_id: 'gen_random_uuid()' }),
    remove('log_reasons'),
  ],
};

/** What is not found, because it decides nothing: the table of the tables says so. */
const HARMLESS = ['DELETE FROM log_checkpoints'];

const compared = Object.keys(TABLES).filter((name) => TABLES[name]?.with !== undefined);

describe('npm run log -- verify', () => {
  it('finds what was changed, added or deleted in each table', async () => {
    expect(Object.keys(TAMPERING)).toEqual(compared);
    const log = await wholeRecord();
    const signed = await log.keys.lastSigned();
    const client = new pg.Client({
      connectionString: testDatabaseUrl(),
      options: '-c TimeZone=UTC',
    });
    await client.connect();
    onTestFinished(() => client.end());
    const faults = async () => {
      const found: string[] = [];
      await verifySnapshot((statement, values) => run(client, statement, values), signed, {
        keys: log.keys,
        report: (fault) => void found.push(fault),
        openReader: sharedReader,
      });
      return found;
    };
    expect(await faults()).toEqual([]);
    const [missed, idle]: string[][] = [[], []];
    for (const statement of Object.values(TAMPERING).flat()) {
      await client.query('BEGIN; SET LOCAL session_replication_role = replica');
      const answers: unknown = await client.query(statement).catch(String);
      const { rowCount } = [answers].flat().at(-1) as pg.QueryResult;
      if (!rowCount) idle?.push(`${statement}: ${answers}`);
      else if ((await faults()).length === 0) missed?.push(statement);
      await client.query('ROLLBACK');
    }
    expect(idle).toEqual([]);
    expect(missed?.filter((one) => !HARMLESS.some((start) => one.startsWith(start)))).toEqual([]);
  });
});
