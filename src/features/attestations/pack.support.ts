import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { formatCheckpoint } from '../../security/signing/checkpoint.js';
import { signEnvelope } from '../../security/signing/dsse.js';
import { leafHash } from '../../security/signing/merkle.js';
import { formatVkey, keyIdOf, rawPublicKey, signNote } from '../../security/signing/note.js';
import { STATEMENT_MEDIA_TYPE, statementBytes } from '../../security/signing/statement.js';
import {
  consistencyProof,
  growTree,
  inclusionProof,
  type TileId,
  tilePath,
} from '../../security/signing/tiles.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import type { DecidedVerdict } from './decided.js';
import { verdictStatementOf } from './verdict-predicate.js';
import { vsaOf } from './vsa.js';

/** Audit packs for tests: a log with one release among events of others, and everything that a verdict depends on. */
const sha256 = (value: string | Uint8Array) => createHash('sha256').update(value).digest('hex');
const digestOf = (value: object) => sha256(canonicalJson(value));
export const uuid = (n: number) => `019ab02d-5c6e-7a1b-9c2d-${String(n).padStart(12, '0')}`;
export type Files = Map<string, string>;

export const RELEASE = uuid(1);
const [VERDICT, WAIVER, EVIDENCE, DEPLOYMENT] = [uuid(2), uuid(3), uuid(4), uuid(5)];
const DOCUMENT = '<testsuite/>';
const AT = '2026-11-25T10:05:00.000Z';

const rules = [{ rule: 'tests-passed', mode: 'block' as const }];
const waiver = {
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
const waiverSha256 = digestOf({ ...ofWaiver, requestedAt, requestedBy });
const received = {
  kind: 'junit',
  label: null,
  receivedSha256: sha256(DOCUMENT),
  storedSha256: sha256(DOCUMENT),
  mayAbsolve: false,
};
const owner = { projectId: 1, releaseId: RELEASE, createdBy: 'jenkins' };
const evidence = { id: EVIDENCE, ...received, artifactSha256: null, ...owner };

const inputs: DecidedVerdict['inputs'] = {
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
      sha256: evidence.receivedSha256,
      storedSha256: evidence.storedSha256,
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
const verdict = { ...decided, id: VERDICT, projectId: 1, inputs, verdictHash: digestOf(decided) };

interface Event {
  readonly type: string;
  readonly actor?: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly release: string | null;
  readonly data: object;
}
const about = (type: string, kind: string, id: string, data: object, release: string | null) => ({
  type,
  subject: { kind, id },
  release,
  data,
});
const { verdictHash, inputsHash, environment, decision, engine } = verdict;
const deployed = { environment, decision };
export const eventId = (index: number) => uuid(100 + index);
/** Events of the log. Those of the release have a number. */
const EVENTS: readonly Event[] = [
  about('project.created', 'project', '1', { status: 'active' }, null),
  about('release.created', 'release', RELEASE, { version: '1.4.0', commit: '8f3c2a1b' }, RELEASE),
  about('release.created', 'release', uuid(9), { version: '0.1' }, uuid(9)),
  about('evidence.received', 'evidence', EVIDENCE, { ...received, artifact: null }, RELEASE),
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
    { environment, decision, inputsHash, verdictHash, engine, before: null },
    RELEASE,
  ),
  about(
    'deployment.recorded',
    'deployment',
    DEPLOYMENT,
    { ...deployed, before: null, verdict: VERDICT },
    RELEASE,
  ),
  about('audit-pack.issued', 'release', RELEASE, {}, RELEASE),
];

export function newKeys(origin = 'srp.invalid/0011223344556677') {
  const log = generateKeyPairSync('ed25519').privateKey;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const raw = rawPublicKey(log);
  const signer = {
    name: origin,
    keyId: keyIdOf(origin, raw),
    sign: (text: Buffer) => sign(null, text, log),
  };
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    origin,
    checkpoint: (size: number, root: Buffer) =>
      signNote(formatCheckpoint({ origin, size, root }), signer),
    verdicts: { keyId: 'hint', sign: (bytes: Uint8Array) => sign('sha256', bytes, privateKey) },
    json: {
      log: [{ origin, vkey: formatVkey(origin, raw), from: AT, until: null }],
      verdicts: [{ keyId: 'hint', publicKey: pem, from: AT, until: null }],
    },
  };
}
export type TestKeys = ReturnType<typeof newKeys>;

interface PackOptions {
  readonly erased?: number;
  /** Events before the last. */
  readonly more?: readonly Event[];
  /** Environment that the envelopes are about. */
  readonly attested?: string;
}

/**
 * The files of a pack without its manifest, and checkpoints of the log at each size.
 * @param options `erased`: index of an event whose salt and statement were erased
 */
export async function newPack(
  keys: TestKeys,
  { erased, more = [], attested = environment }: PackOptions = {},
) {
  let [sequence, previous] = [0, null as string | null];
  const all = [...EVENTS.slice(0, -1), ...more, ...EVENTS.slice(-1)];
  const lines = all.map((event, index) => {
    const isOwn = event.release === RELEASE;
    if (isOwn) sequence += 1;
    const number = isOwn ? sequence : event.release === null ? null : 1;
    const said = {
      schema: 'urn:srp:event:v1',
      id: eventId(index),
      time: AT,
      project: 1,
      actor: 'jenkins',
      credential: null,
      requestId: null,
      ...event,
      sequence: number,
      previous: isOwn ? previous : null,
    };
    const [salt, statement] = [randomBytes(32), canonicalJson(said)];
    const entry = createHash('sha256').update(salt).update(statement).digest();
    const leaf = leafHash(entry);
    if (isOwn) previous = leaf.toString('hex');
    const isErased = index === erased;
    return {
      isOwn,
      other: event.release !== null && !isOwn,
      leafBytes: leaf,
      json: {
        log: 1,
        index,
        event: said.id,
        sequence: isOwn ? number : null,
        salt: isErased ? null : salt.toString('hex'),
        statement: isErased ? null : statement,
        leaf: leaf.toString('hex'),
      },
    };
  });
  const { tiles, root, size } = await growTree({
    size: 0,
    leaves: lines.map(({ leafBytes }) => leafBytes),
    readTiles: async () => [],
  });
  const read = async (wanted: readonly TileId[]) =>
    wanted.map(
      (id) => tiles.find((tile) => tilePath(tile) === tilePath(id))?.hashes ?? Buffer.alloc(0),
    );
  const base64 = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('base64'));

  const files: Files = new Map();
  const put = (path: string, value: object) => files.set(path, JSON.stringify(value));
  files.set('README.txt', 'node verify.mjs PACK.tar\n');
  const release = {
    id: RELEASE,
    projectId: 1,
    project: 'shop',
    version: '1.4.0',
    commit: '8f3c2a1b',
  };
  put('pack.json', {
    schema: 'srp-audit-pack/v1',
    release,
    environment: 'production',
    log: 1,
    size,
  });
  put('keys.json', keys.json);
  files.set('logs/1/checkpoint', keys.checkpoint(size, root));
  put('logs/1/consistency-3.json', {
    from: 3,
    to: size,
    hashes: base64(await consistencyProof(3, size, read)),
  });
  const shown = [
    ...lines.filter(({ isOwn }) => isOwn),
    ...lines.filter(({ isOwn, other }) => !isOwn && !other),
  ];
  const texts = [];
  for (const { json } of shown) {
    const proof = base64(await inclusionProof(json.index, size, read));
    texts.push(`${JSON.stringify({ ...json, proof })}\n`);
  }
  files.set('entries/000001.jsonl', texts.join(''));
  put(`verdicts/${VERDICT}.json`, { ...verdict, evaluatedAt: AT, createdBy: 'jenkins' });
  const of = { ...verdict, environment: attested, decidedAt: AT, decidedBy: 'jenkins' };
  const artifact = { name: 'shop', sha256: 'a'.repeat(64), digests: [], purl: null };
  const verifier = { installation: 'https://srp.example.com', version: '0.1.0' };
  const waivers = [{ id: WAIVER, sha256: waiverSha256 }];
  const statements = [
    vsaOf(of, artifact, waivers, verifier),
    verdictStatementOf(of, [artifact], waivers, verifier),
  ];
  for (const [i, statement] of statements.entries()) {
    const envelope = signEnvelope(STATEMENT_MEDIA_TYPE, statementBytes(statement), [keys.verdicts]);
    put(`attestations/${VERDICT}.${i + 1}.dsse.json`, envelope);
  }
  put('policies/baseline-1.json', inputs.policies[0] ?? {});
  put(`waivers/${WAIVER}.json`, waiver);
  put(`deployments/${DEPLOYMENT}.json`, {
    id: DEPLOYMENT,
    ...deployed,
    verdictId: VERDICT,
    ...owner,
  });
  put(`evidence/${EVIDENCE}.json`, evidence);
  files.set(`documents/${evidence.storedSha256}`, DOCUMENT);
  const checkpointAt = async (at: number) => {
    const early = await growTree({
      size: 0,
      leaves: lines.slice(0, at).map(({ leafBytes }) => leafBytes),
      readTiles: async () => [],
    });
    return keys.checkpoint(at, early.root);
  };
  return { files, size, checkpointAt };
}

/** Adds the manifest, which lists the files as they are. */
export function withManifest(files: Files): Files {
  const listed = [...files].map(([path, text]) => ({
    path,
    size: Buffer.byteLength(text),
    sha256: sha256(text),
  }));
  return new Map(files).set('manifest.json', JSON.stringify({ files: listed }));
}

/** A USTAR archive with nothing in it that depends on the machine or the time. */
export function tarOf(files: Files): Buffer {
  const parts: Buffer[] = [];
  for (const [path, text] of files) {
    const body = Buffer.from(text);
    const header = Buffer.alloc(512);
    const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
    header.write(path, 0);
    header.write(`${octal(0o644, 7)}${octal(0, 7)}${octal(0, 7)}`, 100);
    header.write(`${octal(body.length, 11)}${octal(0, 11)}        0`, 124);
    header.write('ustar\x0000', 257);
    header.write(
      `${octal(
        header.reduce((sum, byte) => sum + byte),
        6,
      )} `,
      148,
    );
    parts.push(header, body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
