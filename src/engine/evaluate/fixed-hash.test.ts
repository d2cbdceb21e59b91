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

const breakGlass = {
  id: 'g1',
  reason: 'Payments fail',
  requestedBy: 'ada',
  requestedVia: 'sign-in' as const,
  confirmedBy: 'bob',
  confirmedVia: 'token' as const,
  force: true,
  until: '2026-12-04T03:40:00.000Z',
};
const reviews = [
  {
    id: 'g0',
    environment: 'production',
    version: '1.3.0',
    dueAt: '2026-12-01T01:00:00.000+01:00',
    overdue: true,
  },
];

describe('the inputsHash of known inputs', () => {
  const hash = (all: typeof everything) => inputsHash(canonicalInputs(all));

  it('is that of engine 6', () => {
    expect(ENGINE).toBe(6);
    expect(hash(inputs())).toBe('0e29a2a815d95b0765b9018e6832119902d385b98c5038462f742376c6a38dc9');
    expect(hash(everything)).toBe(
      '210ea34a89cd0e40ea183d7d2b11209afc8cda48dbc32c7051f8c074befaed44',
    );
    expect(hash({ ...everything, approvals })).toBe(
      '5052ab138c125f716411532637d31c133378d1e8078d76133147619ce5084672',
    );
    expect(hash({ ...everything, breakGlass, reviews })).toBe(
      '5594e2b38575d82c6628d5ead3381f1bbccb4c3daa2302b840cc5dbaca0fdb7d',
    );
  });
});
