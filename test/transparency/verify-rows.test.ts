import { describe, expect, it } from 'vitest';
import { tamper } from '../support/log.js';
import { faults, recorded } from '../support/verify.js';

describe('npm run log -- verify, of rows', () => {
  it.each<[what: string, change: string, found: RegExp]>([
    [
      'a changed decision',
      `UPDATE verdicts SET decision = 'allow' WHERE decision = 'deny'`,
      /verdict \S+: it differs from its events/,
    ],
    [
      'a deleted verdict',
      `DELETE FROM verdicts WHERE decision = 'deny'`,
      /verdict \S+: it is missing/,
    ],
    [
      'an added verdict',
      `INSERT INTO verdicts (project_id, release_id, environment, decision, engine, inputs_hash, inputs,
                             results, evaluated_at, created_by)
       SELECT project_id, release_id, environment, 'allow'::decision, engine, repeat('0', 64), inputs,
              results, evaluated_at, created_by FROM verdicts LIMIT 1`,
      /verdict \S+: it was added/,
    ],
    [
      'changed inputs of a verdict',
      `UPDATE verdicts SET inputs = jsonb_set(inputs, '{release,commit}', '"${'0'.repeat(40)}"')`,
      /verdict \S+: its inputs were changed/,
    ],
    [
      'inputs of a verdict in another form',
      `UPDATE verdicts SET inputs = '{"x": 1}'`,
      /verdict \S+: its inputs were changed/,
    ],
    [
      'another reason of a waiver',
      `UPDATE waivers SET reason = 'Harmless'`,
      /waiver \S+: it differs from the digest/,
    ],
    ['a changed waiver', `UPDATE waivers SET rule = 'CVE-2000-0001'`, /waiver \S+: it differs/],
    [
      'a waiver that nobody approved',
      `UPDATE waivers SET approved_by = 'eve', approved_at = now()`,
      /waiver \S+: it differs/,
    ],
    [
      'a window of other days',
      `UPDATE environment_windows SET days = '{sat}'`,
      /window \S+: it differs/,
    ],
    [
      'a window of other projects',
      `UPDATE environment_windows SET every_project = true, project_ids = '{}'`,
      /window \S+: it differs/,
    ],
    [
      'a stop that nobody resumed',
      `UPDATE environment_stops SET resumed_by = 'eve', resumed_at = now(), resume_reason = 'x'`,
      /stop \S+: it differs/,
    ],
    ['a deleted stop', 'DELETE FROM environment_stops', /stop \S+: it is missing/],
    [
      'a deployment that nobody authorized',
      `UPDATE deployments SET "authorization" = 'rollback'`,
      /deployment \S+: it differs/,
    ],
    [
      'a deployment that did not fail',
      `UPDATE deployments SET state = 'failed', succeeded_as = NULL`,
      /deployment \S+: it differs/,
    ],
    [
      'a changed artifact',
      `UPDATE artifacts SET sha256 = repeat('0', 64)`,
      /artifact \S+: it differs/,
    ],
    [
      'changed rules',
      `UPDATE policy_versions SET rules = '[]' WHERE policy_name = 'gate'`,
      /policy version gate\/1: its rules were changed/,
    ],
    [
      'changed rules with their digest',
      `UPDATE policy_versions SET rules = '[]', sha256 = encode(sha256('[]'), 'hex') WHERE policy_name = 'gate'`,
      /policy version gate\/1: it differs/,
    ],
    [
      'a changed document',
      `UPDATE document_chunks SET content = set_byte(content, 15, get_byte(content, 15) # 255)`,
      /document \w+ of project \d+: its bytes were changed/,
    ],
    [
      'a document that looks younger',
      `UPDATE documents SET created_at = created_at + interval '1 day'`,
      /document \w+ of project \d+: its time was changed/,
    ],
    [
      'a release that nobody sealed',
      `UPDATE releases SET sealed_by = 'eve'`,
      /release \S+: it differs/,
    ],
    [
      'a release that was never sealed',
      `UPDATE releases SET state = 'open', sealed_at = NULL, sealed_by = NULL`,
      /release \S+: it differs/,
    ],
    [
      'a verdict hash that was replaced',
      `UPDATE verdicts SET verdict_hash = repeat('0', 64)`,
      /verdict \S+: it differs/,
    ],
    [
      'an environment without its policies',
      `UPDATE environments SET policies = '[]'`,
      /environment gate: it differs/,
    ],
    ['another rank', `UPDATE environments SET rank = 7`, /environment gate: it differs/],
    ['another order', `UPDATE environments SET after = '{x}'`, /environment gate: it differs/],
    [
      'another limit of sign-ins',
      `UPDATE environments SET sign_in_within_minutes = 60`,
      /environment gate: it differs/,
    ],
    [
      'an environment that nobody created',
      `INSERT INTO environments (name, rank, policies, created_by, updated_by)
       VALUES ('open', 1, '[]', 'eve', 'eve')`,
      /environment open: it was added/,
    ],
    [
      'another decision that holds',
      `UPDATE release_decisions SET decision = 'allow' WHERE decision = 'deny';
       UPDATE release_decisions SET verdict_id = (SELECT id FROM verdicts WHERE decision = 'deny')`,
      /what holds for release \S+ in gate: it is not what the latest event says/,
    ],
    [
      'evidence under another label',
      `UPDATE evidence SET label = 'other'`,
      /evidence \S+: it differs/,
    ],
    [
      'evidence that was replaced by nothing',
      `UPDATE evidence SET superseded_by = id, superseded_at = now()`,
      /evidence \S+: whether other evidence replaced it, and when, is not what the events say/,
    ],
    [
      'a token with more scopes',
      `UPDATE api_tokens SET scopes = '{tokens:admin}'`,
      /token \S+: it differs/,
    ],
    [
      'a token for every project',
      `UPDATE api_tokens SET every_project = true, project_ids = '{}'`,
      /token \S+: it differs/,
    ],
    [
      'a token that lives again',
      `UPDATE api_tokens SET revoked_at = NULL, revoked_by = NULL`,
      /token \S+: it differs/,
    ],
    [
      'a token that nobody created',
      `INSERT INTO api_tokens (name, subject, scopes, every_project, project_ids, hash, created_by, expires_at)
       SELECT 'x', subject, scopes, every_project, project_ids, sha256('x'), created_by, expires_at
         FROM api_tokens LIMIT 1`,
      /token \S+: it was added/,
    ],
    [
      'more added rows than erased events',
      `UPDATE events SET subject_id = 'erased', actor = 'erased', credential = NULL, request_id = NULL,
                         data = '{"erased":true}'
        WHERE id = (SELECT id FROM events WHERE type = 'verdict.decided' LIMIT 1);
       INSERT INTO verdicts (project_id, release_id, environment, decision, engine, inputs_hash, inputs,
                             results, evaluated_at, created_by)
       SELECT project_id, release_id, environment, 'allow'::decision, engine, repeat('0', 64), inputs,
              results, evaluated_at, created_by FROM verdicts LIMIT 1`,
      /verdict \S+: it was added/,
    ],
    [
      'rows that the job has not recorded, among which additions would hide',
      `INSERT INTO event_imports (kind) VALUES ('verdict')`,
      /verdict: rows of earlier versions have no digest yet/,
    ],
  ])('finds %s', async (_what, change, found) => {
    const log = await recorded();
    await tamper(change);
    expect((await faults(log)).join('\n')).toMatch(found);
  });
});
