import { createHash } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.js';
import type { DecidedVerdict } from './decided.js';

/** The record of a release for packs in tests, and everything that its verdict depends on. */
export const sha256 = (value: string | Uint8Array) =>
  createHash('sha256').update(value).digest('hex');
const digestOf = (value: object) => sha256(canonicalJson(value));
export const uuid = (n: number) => `019ab02d-5c6e-7a1b-9c2d-${String(n).padStart(12, '0')}`;

export const RELEASE = uuid(1);
export const [VERDICT, WAIVER, EVIDENCE, DEPLOYMENT] = [uuid(2), uuid(3), uuid(4), uuid(5)];
export const DOCUMENT = '<testsuite/>';
export const AT = '2026-11-25T10:05:00.000Z';
/** The same, as PostgreSQL writes it in a row. */
const IN_ROW = '2026-11-25T10:05:00+00:00';

const columnOf = (member: string) =>
  member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A record as a file of the pack, and the digest of its row for an event. */
function recordOf<Members extends object>(members: Members) {
  const columns = Object.entries(members).map(([name, value]) => [columnOf(name), value]);
  const row = JSON.stringify(Object.fromEntries(columns));
  return { file: { ...members, row }, digest: sha256(row) };
}

const rules = [{ rule: 'tests-passed', mode: 'block' as const }];
export const waiver = {
  id: WAIVER,
  projectId: 1,
  releaseId: null,
  rule: 'CVE-2024-2',
  about: 'finding' as const,
  purl: null,
  reason: 'Not reachable',
  expiresAt: '2026-12-01T00:00:00.000Z',
  createdAt: AT,
  createdBy: 'alice',
  approvedAt: AT,
  approvedBy: 'bob',
};
const { createdAt: requestedAt, createdBy: requestedBy, ...ofWaiver } = waiver;
export const waiverSha256 = digestOf({ ...ofWaiver, requestedAt, requestedBy });
const received = {
  kind: 'junit',
  label: null,
  receivedSha256: sha256(DOCUMENT),
  storedSha256: sha256(DOCUMENT),
  mayAbsolve: false,
};
const owner = { projectId: 1, releaseId: RELEASE, createdBy: 'jenkins' };
const record = { ...owner, createdAt: IN_ROW };
export const evidence = recordOf({ id: EVIDENCE, ...received, artifactSha256: null, ...record });

export const inputs: DecidedVerdict['inputs'] = {
  release: {
    id: RELEASE,
    projectId: 1,
    version: '1.4.0',
    commit: '8f3c2a1b',
    state: 'sealed',
    revokedReason: null,
  },
  environment: 'production',
  artifacts: [{ name: 'shop', kind: 'image', sha256: 'a'.repeat(64), digests: [], purl: null }],
  evidence: [
    {
      id: EVIDENCE,
      kind: 'junit',
      label: null,
      artifact: null,
      sha256: received.receivedSha256,
      storedSha256: received.storedSha256,
      parserVersion: 1,
      mayAbsolve: false,
      shows: ['tests'],
    },
  ],
  policies: [{ name: 'baseline', version: 1, sha256: digestOf(rules), rules }],
  waivers: [
    {
      id: WAIVER,
      rule: waiver.rule,
      purl: null,
      about: 'finding',
      releaseId: null,
      expiresAt: waiver.expiresAt,
      approvedBy: 'bob',
    },
  ],
  running: null,
  tooOld: [{ policy: 'baseline', version: 1, index: 0, evidence: [EVIDENCE] }],
};
const hashed = {
  ...inputs,
  engine: 2,
  evidence: inputs.evidence.map(({ id: _id, ...content }) => content),
  policies: [{ name: 'baseline', version: 1, sha256: digestOf(rules) }],
  tooOld: [{ policy: 'baseline', version: 1, index: 0, evidence: [0] }],
};
const decided = {
  releaseId: RELEASE,
  environment: 'production',
  inputsHash: digestOf(hashed),
  engine: 2,
  decision: 'allow' as const,
  results: [],
};
export const verdict = {
  ...{ ...decided, id: VERDICT, projectId: 1, inputs, verdictHash: digestOf(decided) },
  ...{ decidedAt: AT, decidedBy: 'jenkins' },
};
const { results: _, ...ofRow } = { ...decided, verdictHash: verdict.verdictHash };
export const verdictRecord = recordOf({ id: VERDICT, ...ofRow, ...owner, evaluatedAt: IN_ROW });

export interface Event {
  readonly type: string;
  readonly actor?: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly release: string | null;
  readonly data: object;
}
export const about = (
  type: string,
  kind: string,
  id: string,
  data: object,
  release: string | null,
) => ({
  type,
  subject: { kind, id },
  release,
  data,
});
const { verdictHash, inputsHash, environment, decision, engine } = verdict;
export const deployment = recordOf({
  ...{ id: DEPLOYMENT, environment, decision, verdictId: VERDICT, state: 'succeeded', links: [] },
  ...{ authorization: 'authorized', judgedVerdictId: VERDICT, endedAt: null },
  ...record,
});
export const eventId = (index: number) => uuid(100 + index);
/** Events of the log. Those of the release have a number. */
export const EVENTS: readonly Event[] = [
  about('project.created', 'project', '1', { status: 'active' }, null),
  about('release.created', 'release', RELEASE, { version: '1.4.0', commit: '8f3c2a1b' }, RELEASE),
  about('release.created', 'release', uuid(9), { version: '0.1' }, uuid(9)),
  about(
    'evidence.received',
    'evidence',
    EVIDENCE,
    { ...received, artifact: null, row: evidence.digest },
    RELEASE,
  ),
  {
    ...about(
      'waiver.approved',
      'waiver',
      WAIVER,
      { requestedBy: 'alice', sha256: waiverSha256 },
      null,
    ),
    actor: 'bob',
  },
  about(
    'verdict.decided',
    'verdict',
    VERDICT,
    {
      environment,
      decision,
      inputsHash,
      verdictHash,
      engine,
      before: null,
      row: verdictRecord.digest,
    },
    RELEASE,
  ),
  about(
    'deployment.recorded',
    'deployment',
    DEPLOYMENT,
    { environment, decision, before: null, verdict: VERDICT, row: deployment.digest },
    RELEASE,
  ),
  about('audit-pack.issued', 'release', RELEASE, { environment }, RELEASE),
];
