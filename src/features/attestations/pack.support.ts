import { createHash, randomBytes } from 'node:crypto';
import { signEnvelope } from '../../security/signing/dsse.js';
import { leafHash } from '../../security/signing/merkle.js';
import { STATEMENT_MEDIA_TYPE, statementBytes } from '../../security/signing/statement.js';
import {
  consistencyProof,
  growTree,
  inclusionProof,
  type TileId,
  tilePath,
} from '../../security/signing/tiles.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import type { Files } from './pack-archive.support.js';
import type { TestKeys } from './pack-keys.support.js';
import {
  AT,
  DEPLOYMENT,
  DOCUMENT,
  deployment,
  EVENTS,
  EVIDENCE,
  type Event,
  eventId,
  evidence,
  inputs,
  RELEASE,
  VERDICT,
  verdict,
  verdictRecord,
  WAIVER,
  waiver,
  waiverSha256,
} from './pack-record.support.js';
import { verdictStatementOf } from './verdict-predicate.js';
import { vsaOf } from './vsa.js';

interface PackOptions {
  readonly erased?: number;
  /** Events before the last. */
  readonly more?: readonly Event[];
  /** Events of others after the last. */
  readonly after?: readonly Event[];
  /** Environment that the envelopes are about. */
  readonly attested?: string;
}

/**
 * The files of a pack without its manifest, and checkpoints of the log at each size.
 * @param options `erased`: index of an event whose salt and statement were erased
 */
export async function newPack(
  keys: TestKeys,
  { erased, more = [], after = [], attested = verdict.environment }: PackOptions = {},
) {
  let [sequence, previous] = [0, null as string | null];
  const all = [...EVENTS.slice(0, -1), ...more, ...EVENTS.slice(-1), ...after];
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
  const release = { id: RELEASE, projectId: 1, version: '1.4.0', commit: '8f3c2a1b' };
  put('pack.json', {
    schema: 'srp-audit-pack/v2',
    release,
    environment: 'production',
    log: 1,
    size,
  });
  put('keys.json', keys.packed);
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
  put(`verdicts/${VERDICT}.json`, { ...verdictRecord.file, inputs, results: verdict.results });
  const of = { ...verdict, environment: attested };
  const artifact = { name: 'shop', sha256: 'a'.repeat(64), digests: [], purl: null };
  const verifier = { installation: 'https://srp.example.com', version: '0.1.0' };
  const waivers = [{ id: WAIVER, sha256: waiverSha256 }];
  const statements = [
    vsaOf(of, artifact, waivers, verifier),
    verdictStatementOf(of, [artifact], waivers, verifier),
  ];
  const names = [`vsa.${'a'.repeat(12)}`, 'verdict'];
  for (const [i, statement] of statements.entries()) {
    const envelope = signEnvelope(STATEMENT_MEDIA_TYPE, statementBytes(statement), [keys.verdicts]);
    put(`attestations/${VERDICT}.${names[i]}.dsse.json`, envelope);
  }
  put('policies/baseline-1.json', inputs.policies[0] ?? {});
  put(`waivers/${WAIVER}.json`, waiver);
  put(`deployments/${DEPLOYMENT}.json`, deployment.file);
  put(`evidence/${EVIDENCE}.json`, evidence.file);
  files.set(`documents/${evidence.file.storedSha256}`, DOCUMENT);
  const checkpointAt = async (at: number) => {
    const early = await growTree({
      size: 0,
      leaves: lines.slice(0, at).map(({ leafBytes }) => leafBytes),
      readTiles: async () => [],
    });
    return keys.checkpoint(at, early.root);
  };
  /** As `GET /log/consistency` answers. */
  const consistency = async (from: number) => ({
    origin: keys.origin,
    ...{ from, to: size, hashes: base64(await consistencyProof(from, size, read)) },
  });
  return { files, size, checkpointAt, consistency };
}
