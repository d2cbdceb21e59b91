import { describe, expect, it } from 'vitest';
import { canonicalInputs } from './canonical.js';
import { ENGINE, inputsHash } from './hash.js';
import { block, inputs, policy, record, warn } from './inputs.support.js';

/**
 * Verdicts are found again by the hash of their inputs: it is the same in every version of the server, unless `ENGINE`
 * is raised.
 */
const everything = inputs({
  release: { state: 'revoked', revokedReason: 'Charges twice' },
  environment: 'production',
  artifacts: [
    { name: 'shop.jar', kind: 'archive', digests: [], sha256: 'b'.repeat(64), purl: null },
    {
      name: 'shop',
      kind: 'archive',
      digests: [],
      sha256: 'a'.repeat(64),
      purl: 'pkg:oci/shop@sha256:aa',
    },
  ],
  evidence: [
    record('3', {
      kind: 'junit',
      shows: ['tests'],
      tests: { tests: 3, failures: 1, errors: 0, skipped: 1 },
    }),
    record('2', {
      label: 'nightly',
      artifact: 'a'.repeat(64),
      mayAbsolve: true,
      claimsBefore: 1,
      claimsPlace: 0,
      artifactsSeen: 2,
    }),
    record('1', { shows: ['secret', 'components', 'secret'] }),
  ],
  policies: [
    policy('team', warn('no-secrets')),
    policy(
      'baseline',
      block('tests-passed'),
      block('evidence-required', { shows: 'components', maximumAgeDays: 30 }),
    ),
    { name: 'gone', version: 0, sha256: null, rules: [] },
  ],
  waivers: [
    {
      id: 'w2',
      rule: 'CVE-2024-2',
      purl: 'pkg:npm/x@1',
      releaseId: null,
      expiresAt: '2026-12-01T02:00:00+02:00',
      approvedBy: 'bob',
    },
    {
      id: 'w1',
      rule: 'no-secrets',
      purl: null,
      releaseId: 'release',
      expiresAt: '2026-12-01T00:00:00.000Z',
      approvedBy: 'ada',
    },
  ],
  running: { id: 'other', version: '1.3.0', evidence: 'c'.repeat(64) },
  tooOld: [{ policy: 'baseline', version: 1, index: 1, evidence: ['1'] }],
  windows: [
    { id: 'w3', kind: 'change', state: 'open', until: null, reason: 'Working hours', by: 'ada' },
    {
      id: 'w2',
      kind: 'freeze',
      state: 'open',
      until: '2027-01-03T07:00:00.000Z',
      reason: 'Holidays',
      by: 'bob',
    },
  ],
  stops: [{ id: 's1', reason: 'Payments fail', by: 'ada', rollbacks: true }],
  rollback: { target: 'ran', deployment: 'd1' },
  after: ['staging'],
  promoted: [{ environment: 'staging', minimumHours: 0, state: 'met', until: null }],
});

const approvals = {
  given: [
    {
      id: 'a2',
      decision: 'reject' as const,
      person: 'bob',
      names: ['BOB', 'B'],
      groups: [],
      via: 'token' as const,
      seen: 'e'.repeat(64),
    },
    {
      id: 'a1',
      decision: 'approve' as const,
      person: 'ada',
      names: ['ADA'],
      groups: ['security', 'managers'],
      via: 'sign-in' as const,
      seen: 'd'.repeat(64),
      olderThanDays: 7,
    },
  ],
  triggeredBy: null,
  authors: ['CARL', 'ADA'],
  requesters: [{ waiver: 'w1', name: null }],
};

describe('the inputsHash of known inputs', () => {
  const hash = (all: typeof everything) => inputsHash(canonicalInputs(all));

  it('is that of engine 4', () => {
    expect(ENGINE).toBe(4);
    expect(hash(inputs())).toBe('385c6ccbf0e180d49f488ce86e2df1f7d40f93cef901938aab1ba3e6716d7977');
    expect(hash(everything)).toBe(
      'd750d2a01c094f9f1b1dc1d494815e2a11eaede239e59dc9a1a7de5a04d4481a',
    );
    expect(hash({ ...everything, approvals })).toBe(
      '133f3150039b1f27529c8a61622704eda8c3e94bf20a7687df6166dd31a5b3ef',
    );
  });
});
