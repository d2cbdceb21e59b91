#!/usr/bin/env node
/**
 * Verifies an audit pack without the server that made it, and without a network. Needs Node.js 20 and nothing else.
 *   node verify.mjs PACK.tar [--checkpoint FILE] [--consistency FILE] [--keys FILE]
 * --checkpoint   a checkpoint of the log that you kept from before: the log must have grown from it
 * --consistency  the answer of GET /log/consistency?from=M&to=N, if the pack has no proof from your checkpoint
 * --keys         the answer of GET /log/keys that you kept: then no key is believed because the pack has it
 * Exit code: 0 verified, 1 refused, 2 wrong usage, or a file cannot be read, or another file is needed.
 * Formats: RFC 6962 (tree), RFC 8785 (canonical JSON), C2SP signed-note and tlog-checkpoint, DSSE, in-toto.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { openSync, readFileSync, readSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** @typedef {Record<string, any>} Json what JSON.parse returns. A wrong form throws, and a throw refuses the pack */
/** @typedef {{ size: number, sha256: string, text: string }} File the text of documents is empty */
/** @typedef {{ origin: string, size: number, root: Buffer }} Head */
/** @typedef {Json & { log: number, index: number, leaf: string, said?: Json }} Entry `said` is its statement */

class Unusable extends Error {}
/** @type {string[]} */ const problems = [];
/** @type {string[]} */ const proven = [];
/** @type {Set<string>} */ const claimed = new Set();
/** @type {Map<string, File>} by path */ const files = new Map();
/** @type {Map<number, Head>} by the number of the log */ const heads = new Map();
/** @type {Entry[]} */ const entries = [];
/** @type {Set<string>} logs and indexes of them */ const places = new Set();
const NAME =
  /^(README\.txt|(pack|keys|manifest)\.json|verify\.mjs|(logs|entries|verdicts|attestations|policies|waivers|approvals|deployments|evidence|documents)(\/[\w-][\w.-]*){1,2})$/;
/** @type {Json} */ const FOLDERS = { verdict: 'verdicts', deployment: 'deployments', approval: 'approvals' };
const messageOf = (/** @type {unknown} */ error) => (error instanceof Error ? error.message : String(error));

/** Does one check. Whatever goes wrong in it refuses the pack. @param {string} what @param {() => void} work */
function check(what, work) {
  try {
    work();
  } catch (error) {
    if (error instanceof Unusable || (error instanceof Error && 'syscall' in error)) throw error;
    problems.push(`${what}: ${messageOf(error)}`);
  }
}
/** @param {string} message @returns {never} */
function fail(message) {
  throw new Error(message);
}
/** @param {unknown} condition @param {string} message @returns {asserts condition} */
function need(condition, message) {
  if (!condition) fail(message);
}
const textOf = (/** @type {string} */ path) => files.get(path)?.text ?? fail(`${path} is missing`);
/** @type {(path: string) => Json} */ const json = (path) => JSON.parse(textOf(path));
const pathsIn = (/** @type {string} */ folder) => [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
/** @type {(folder: string) => Json[]} */
const all = (folder) => pathsIn(folder).map((path) => ({ ...json(path), path }));
/** @param {...(string | Uint8Array)} parts */
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const nodeHash = (/** @type {Buffer} */ left, /** @type {Buffer} */ right) => sha256(Buffer.from([1]), left, right);
/** Canonical JSON. @param {any} value @returns {string} */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}
const digestOf = (/** @type {unknown} */ value) => sha256(canonical(value)).toString('hex');
const same = (/** @type {any} */ one, /** @type {any} */ two) => canonical(one ?? null) === canonical(two ?? null);
const split = (/** @type {number} */ n) => 2 ** (Math.ceil(Math.log2(n)) - 1);
/** @type {(salt: string, statement: string) => Buffer} */
const leafOf = (salt, statement) => sha256(Buffer.from([0]), sha256(Buffer.from(salt, 'hex'), statement));
function hashOf(/** @type {string} */ text) {
  const hash = Buffer.from(text, 'base64');
  return hash.length === 32 && hash.toString('base64') === text ? hash : fail('a hash is not 32 bytes of base64');
}
/** @type {(index: number, size: number, leaf: Buffer, path: Buffer[]) => Buffer} the root of an audit path */
function rootOfPath(index, size, leaf, path) {
  const sibling = path.at(-1);
  need((sibling === undefined) === (size === 1), 'the inclusion proof has another length');
  if (sibling === undefined) return leaf;
  const [middle, inner] = [split(size), path.slice(0, -1)]; // the left subtree is the largest perfect one
  return index < middle
    ? nodeHash(rootOfPath(index, middle, leaf, inner), sibling)
    : nodeHash(sibling, rootOfPath(index - middle, size - middle, leaf, inner));
}
/** @type {(from: number, to: number, proof: Buffer[], known?: Buffer) => [Buffer, Buffer]} the older and newer root */
function rootsOfProof(from, to, proof, known) {
  const last = known && from === to ? known : (proof.at(-1) ?? fail('the consistency proof is too short'));
  need(from !== to || proof.length === (known ? 0 : 1), 'the consistency proof is too long');
  if (from === to) return [last, last];
  const [middle, inner] = [split(to), proof.slice(0, -1)];
  const below = from > middle ? middle : 0;
  const [old, grown] = below ? rootsOfProof(from - below, to - below, inner) : rootsOfProof(from, middle, inner, known);
  return below ? [nodeHash(last, old), nodeHash(last, grown)] : [old, nodeHash(grown, last)];
}

/** @param {Head} old @param {Head} head @param {any} file a proof with from and to */
function verifyGrowth(old, head, file) {
  need(file.from === old.size && file.to === head.size, 'the proof is one of other sizes');
  if (old.size === 0) return need(old.root.equals(sha256()), 'the empty log has another root');
  const [oldRoot, root] = rootsOfProof(old.size, head.size, file.hashes.map(hashOf), old.root);
  need(oldRoot.equals(old.root) && root.equals(head.root), 'the log was rewritten after your checkpoint');
}

/** Verifies a signed checkpoint with one of the keys. @param {string} note @param {Json[]} keys @returns {Head} */
function openCheckpoint(note, keys) {
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2).split('\n');
  need(end > 0 && lines.pop() === '', 'it is not a signed note');
  const [origin = '', count = '', root = '', ...more] = text.split('\n');
  need(/^(0|[1-9][0-9]{0,14})$/.test(count) && same(more, ['']), 'it is not a checkpoint');
  const isSigned = keys.some(({ vkey }) => {
    const [name, id, ...key] = vkey.split('+');
    const raw = Buffer.from(key.join('+'), 'base64');
    if (name !== origin || raw[0] !== 1 || sha256(`${name}\n`, raw).toString('hex', 0, 4) !== id) return false;
    const x = raw.toString('base64url', 1);
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return lines.some((line) => {
      const signature = Buffer.from(line.slice(`\u2014 ${name} `.length), 'base64').subarray(4);
      return line.startsWith(`\u2014 ${name} `) && verify(null, Buffer.from(text), publicKey, signature);
    });
  });
  need(isSigned, `no key of ${origin} signed it`);
  return { origin, size: Number(count), root: hashOf(root) };
}

/** Reads the archive once, in parts of 1 MiB. Documents are hashed and not kept. @param {string} path */
function readTar(path) {
  const tar = openSync(path, 'r');
  const part = Buffer.alloc(2 ** 20);
  /** @param {number} length @returns {Buffer} fewer bytes at the end of the file */
  const read = (length) => {
    let got = 0;
    for (let more = 1; more > 0 && got < length; got += more) more = readSync(tar, part, got, length - got, null);
    return part.subarray(0, got);
  };
  const isZero = (/** @type {Buffer} */ bytes) => bytes.every((byte) => byte === 0);
  for (let header = read(512); !isZero(header); header = read(512)) {
    const text = header.toString('latin1');
    /** @type {(at: number, end: number) => string} */
    const field = (at, end) => text.slice(at, end).split('\0')[0] ?? '';
    const [name, size] = [field(0, 100), Number.parseInt(field(124, 136), 8)];
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    need(sum === Number.parseInt(field(148, 156), 8), 'a header of the archive is broken');
    need(field(156, 157) === '0' && field(345, 500) === '' && size >= 0, `${name} is not a plain file`);
    need(NAME.test(name) && !files.has(name), `${name} does not belong to a pack, or is there twice`);
    const [hash, kept, isKept] = [createHash('sha256'), /** @type {Buffer[]} */ ([]), !name.startsWith('documents/')];
    for (let left = size; left > 0; ) {
      const bytes = read(Math.min(left, part.length));
      need(bytes.length > 0, 'the archive is cut');
      hash.update(bytes);
      if (isKept) kept.push(Buffer.from(bytes));
      left -= bytes.length;
    }
    need(isZero(read((512 - (size % 512)) % 512)), 'there is data between the files');
    files.set(name, { size, sha256: hash.digest('hex'), text: Buffer.concat(kept).toString() });
  }
  const end = read(513);
  need(end.length === 512 && isZero(end), 'the archive is cut, or goes on after its end');
}

/** The manifest is last, so that an archive that was cut shows. */
function verifyManifest() {
  const listed = json('manifest.json').files;
  const found = [...files].map(([path, { size, sha256: digest }]) => ({ path, size, sha256: digest }));
  need(found.pop()?.path === 'manifest.json', 'it is not the last file');
  for (const [i, file] of found.entries()) need(same(file, listed[i]), `${file.path} is not the file that it lists`);
  need(found.length === listed.length, 'it lists files that are missing');
  proven.push(`The ${found.length} files of the pack are whole`);
}

/** The keys that the auditor kept, if those of the pack are among them. @param {string} file @returns {Json} */
function keptKeys(file) {
  const [kept, packed] = [JSON.parse(readFileSync(file, 'utf8')), json('keys.json')];
  for (const { vkey, publicKey } of [...packed.log, ...packed.verdicts]) {
    const isKept = [...kept.log, ...kept.verdicts].some((key) =>
      vkey ? key.vkey === vkey : key.publicKey === publicKey,
    );
    check('keys.json', () => need(isKept, `this key is not one of yours: ${vkey ?? publicKey}`));
  }
  proven.push('The keys are those that you kept (--keys)');
  return kept;
}

/** The checkpoint of each log that the pack has entries of. @param {Json} keys */
function verifyLogs(keys) {
  for (const path of files.keys()) {
    const [, number] = /^logs\/([0-9]+)\/checkpoint$/.exec(path) ?? [];
    if (number) check(path, () => heads.set(Number(number), openCheckpoint(textOf(path), keys.log)));
  }
  const { log, size, schema } = json('pack.json');
  const head = heads.get(log);
  need(schema === 'srp-audit-pack/v1', 'pack.json has another schema');
  need(head?.size === size, `logs/${log}/checkpoint is not a checkpoint of size ${size}`);
  proven.push(`The checkpoint of ${head?.origin} at size ${size} is signed by a key of the log`);
}

/** @param {Json} line */
function verifyEntry({ salt, statement, ...line }) {
  const { log, index, event, proof } = line;
  const [head, place] = [heads.get(log), `${log}/${index}`];
  need(head && Number.isSafeInteger(index) && index >= 0 && index < head.size, `${place} is not a place in the log`);
  need(!places.has(place), `${place} is there twice`);
  places.add(place);
  const leaf = Buffer.from(line.leaf, 'hex');
  need(rootOfPath(index, head.size, leaf, proof.map(hashOf)).equals(head.root), `${place} is not in the log`);
  const isErased = salt === null || statement === null;
  if (isErased) claimed.add(`Entry ${place} was erased: its place in the log is proven, its content is unknown`);
  else need(leafOf(salt, statement).equals(leaf), `the statement at ${place} was changed`);
  const said = isErased ? undefined : JSON.parse(statement);
  // Another split of salt and statement, or a member twice, would be the same entry.
  need(isErased || (salt.length === 64 && canonical(said) === statement), `${place} is not a canonical statement`);
  need(isErased || said.id === event, `the event at ${place} is another one`);
  entries.push({ ...line, log, index, leaf: line.leaf, said });
}

/** The events of the release: none is missing in between, or at another place. */
function verifyChain() {
  const { id } = json('pack.json').release;
  const own = entries.filter(({ sequence }) => Number.isInteger(sequence));
  const strays = entries.filter(({ said, sequence }) => said?.release === id && !Number.isInteger(sequence));
  need(own.length > 0 && strays.length === 0, 'an event of the release has no number');
  for (const [i, { said, sequence, log, index }] of own.entries()) {
    const [before, number] = [own[i - 1], i + 1];
    need(sequence === number, `event ${number} is missing`);
    const follows = !before || log > before.log || (log === before.log && index > before.index);
    need(follows, `event ${number} stands before event ${i}`);
    need(!said || (said.release === id && said.sequence === number), `event ${number} is of another release or place`);
    need(!said || same(said.previous, before?.leaf), `event ${number} does not follow event ${i}`);
  }
  proven.push(`The ${own.length} events of the release follow each other without a gap`);
  if (own.at(-1)?.said?.type !== 'audit-pack.issued') claimed.add('No event of the release is missing at the end');
}

/** @type {(kind: string, id: string, ...types: string[]) => Json} what the log says; `imported`: older than the log */
function loggedOf(kind, id, ...types) {
  const about = entries.filter(({ said }) => said?.subject.kind === kind && said.subject.id === id);
  const event = about.findLast(({ said }) => types.includes(said?.type));
  if (event?.said) return event.said.data;
  const isOlder = about.some(({ said }) => said?.type === 'imported');
  need(isOlder, `the log has no entry about ${kind} ${id}`);
  claimed.add(`What the pack says of ${kind} ${id}: it is older than the log`);
  return {};
}

/** @param {Json} one @param {Json} other @param {string[]} names @param {string} what */
function agree(one, other, names, what) {
  for (const name of names) need(same(one[name], other[name]), `the ${name} of ${what} was changed`);
}

/** The recipe of inputsHash: without the ids of evidence and the rules of policies. @param {Json} verdict */
function inputsHashOf({ engine, inputs }) {
  const { evidence, policies, tooOld, ...rest } = inputs;
  const places = new Map(evidence.map((/** @type {Json} */ { id }, /** @type {number} */ i) => [id, i]));
  return digestOf({
    ...rest,
    engine,
    evidence: evidence.map((/** @type {Json} */ { id: _, ...content }) => content),
    policies: policies.map((/** @type {Json} */ { rules: _, ...policy }) => policy),
    tooOld: tooOld.map((/** @type {Json} */ { evidence: ids, ...rule }) => ({
      ...rule,
      evidence: ids.flatMap((/** @type {string} */ id) => places.get(id) ?? []),
    })),
  });
}

/** @param {Json} verdict */
function verifyVerdict(verdict) {
  const { id, path, releaseId, environment, engine, decision, inputs, inputsHash, results, verdictHash } = verdict;
  need(path === `verdicts/${id}.json` && releaseId === json('pack.json').release.id, 'it is of another release');
  need(inputsHashOf(verdict) === inputsHash, 'its inputs were changed (inputsHash)');
  const covered = { releaseId, environment, inputsHash, engine, decision, results };
  need(!verdictHash || digestOf(covered) === verdictHash, 'its decision or results were changed (verdictHash)');
  const logged = loggedOf('verdict', id, 'verdict.decided');
  const names = ['environment', 'decision', 'inputsHash', 'engine', 'verdictHash'];
  agree({ ...verdict, ...logged }, verdict, names, 'the verdict');
  if (!logged.verdictHash) claimed.add(`The results of verdict ${id}: the log does not cover them`);
  for (const { name, version, sha256: digest } of inputs.policies) {
    if (digest === null) continue;
    const policy = json(`policies/${name}-${version}.json`);
    need(policy.sha256 === digest && digestOf(policy.rules) === digest, `the rules of policy ${name} were changed`);
  }
  for (const waiver of inputs.waivers) verifyWaiver(waiver);
  for (const evidence of inputs.evidence) verifyEvidence(evidence);
  for (const given of inputs.approvals?.given ?? []) {
    const names = ['id', 'decision', 'person', 'groups', 'via', 'seen'];
    agree(json(`approvals/${given.id}.json`), given, names, `approval ${given.id}`);
  }
}

/** What a person said is what the log says, and is bound to what is shown. @param {Json} approval */
function verifyApproval(approval) {
  const { id, path, decision, seen, risk } = approval;
  need(path === `approvals/${id}.json` && digestOf(risk) === seen, 'what the person saw was changed (seen)');
  const logged = loggedOf('approval', id, decision === 'approve' ? 'approval.given' : 'approval.rejected');
  agree({ ...approval, ...logged }, approval, ['environment', 'seen', 'groups', 'via'], 'the approval');
}

/** @param {Json} input */
function verifyWaiver(input) {
  const waiver = json(`waivers/${input.id}.json`);
  const what = `waiver ${input.id}`;
  agree(waiver, input, ['id', 'rule', 'purl', 'releaseId', 'expiresAt', 'approvedBy'], what);
  const { about, approvedAt, approvedBy, createdAt, createdBy, expiresAt, id, projectId, purl } = waiver;
  const asked = { requestedAt: createdAt, requestedBy: createdBy, reason: waiver.reason, rule: waiver.rule };
  const where = { about, id, projectId, purl, releaseId: waiver.releaseId };
  const sum = digestOf({ ...asked, ...where, approvedAt, approvedBy, expiresAt });
  const logged = loggedOf('waiver', id, 'waiver.approved').sha256;
  if (logged) need(logged === sum, `${what} is not the one in the log`);
  else claimed.add(`The reason and the times of ${what}: the log does not cover them`);
}

/** @param {Json} input */
function verifyEvidence({ id, sha256: receivedSha256, storedSha256 }) {
  const [what, digests, names] = [
    `evidence ${id}`,
    { receivedSha256, storedSha256 },
    ['receivedSha256', 'storedSha256'],
  ];
  agree(json(`evidence/${id}.json`), digests, names, what);
  agree({ ...digests, ...loggedOf('evidence', id, 'evidence.received', 'evidence.read-again') }, digests, names, what);
  const document = files.get(`documents/${storedSha256}`);
  need(document?.sha256 === storedSha256, `the document of ${what} is missing or was changed`);
  if (receivedSha256 !== storedSha256) claimed.add(`What was received as ${what}: it is stored with masked secrets`);
}

/** Whatever the log says was decided or deployed has its file. */
function verifyComplete() {
  const { release, environment } = json('pack.json');
  for (const { said } of entries) {
    const isOurs = said?.release === release.id && (environment === null || said?.data.environment === environment);
    const path = `${FOLDERS[said?.subject.kind]}/${said?.subject.id}.json`;
    if (isOurs && FOLDERS[said?.subject.kind])
      check(path, () => need(files.has(path), 'the log has it, and the pack does not'));
  }
}

/** @param {Json} envelope @param {Json} keys @param {Json[]} verdicts */
function verifyAttestation({ path, payload, payloadType, signatures }, keys, verdicts) {
  const [type, body] = [Buffer.from(payloadType), Buffer.from(payload, 'base64')];
  const bytes = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${body.length} `), body]);
  const isSignedBy = (/** @type {Json} */ { publicKey }) =>
    signatures.some((/** @type {Json} */ { sig }) => verify('sha256', bytes, publicKey, Buffer.from(sig, 'base64')));
  need(keys.verdicts.some(isSignedBy), 'no key for verdicts signed it');
  const verdict = verdicts.find(({ id }) => path.startsWith(`attestations/${id}.`));
  need(verdict, 'its verdict is missing');
  const { subject, predicate } = JSON.parse(body.toString());
  const known = verdict.inputs.artifacts.flatMap((/** @type {Json} */ one) => [`sha256:${one.sha256}`, ...one.digests]);
  const isKnown = subject.every((/** @type {Json} */ { digest }) => known.includes(`sha256:${digest.sha256}`));
  need(isKnown, 'a subject is not an artifact of the release');
  const decision = predicate.decision ?? (predicate.verificationResult === 'PASSED' ? 'allow' : 'deny');
  need(decision === verdict.decision, 'its decision is not that of the verdict');
  if (predicate.verdictId) agree(predicate, verdict, ['inputsHash', 'verdictHash'], 'the attestation');
}

/** The log has grown from the checkpoint that the auditor kept. @param {Json} keys @param {Json} options */
function verifyOwnCheckpoint(keys, options) {
  const own = openCheckpoint(readFileSync(options.checkpoint, 'utf8'), keys.log);
  const [number, head] = [...heads].find(([, { origin }]) => origin === own.origin) ?? [];
  need(head, `the pack has nothing of the log of your checkpoint, ${own.origin}`);
  if (own.size > head.size) throw new Unusable(`your checkpoint is of size ${own.size}. Ask for a newer pack`);
  const packed = `logs/${number}/consistency-${own.size}.json`;
  if (own.size === head.size) need(own.root.equals(head.root), 'the log has shown you another tree of this size');
  else if (options.consistency) verifyGrowth(own, head, JSON.parse(readFileSync(options.consistency, 'utf8')));
  else if (files.has(packed)) verifyGrowth(own, head, json(packed));
  else throw new Unusable(`ask for a pack with from=${own.size}, or bring its proof of consistency: --consistency`);
  proven.push(`The log has grown from your checkpoint of size ${own.size}: nothing before it was rewritten`);
}

/** @param {Json} options */
function verifyPack(options) {
  readTar(options.pack);
  check('manifest.json', verifyManifest);
  const keys = options.keys ? keptKeys(options.keys) : json('keys.json');
  if (!options.keys) claimed.add('The keys are those of the server. Use --keys with those that you kept');
  verifyLogs(keys);
  for (const path of pathsIn('entries')) {
    for (const line of textOf(path).trimEnd().split('\n')) check(path, () => verifyEntry(JSON.parse(line)));
  }
  check('the events of the release', verifyChain);
  const [verdicts, deployments, envelopes] = [all('verdicts'), all('deployments'), all('attestations')];
  for (const verdict of verdicts) check(verdict.path, () => verifyVerdict(verdict));
  for (const one of deployments) {
    const logged = () => ({ ...one, ...loggedOf('deployment', one.id, 'deployment.recorded') });
    check(one.path, () => agree(logged(), one, ['environment'], 'the deployment'));
  }
  for (const one of all('approvals')) check(one.path, () => verifyApproval(one));
  verifyComplete();
  for (const { id, inputs, decision, environment: where, evaluatedAt } of verdicts)
    proven.push(`Version ${inputs.release.version}: ${decision} for ${where} at ${evaluatedAt}, verdict ${id}`);
  for (const one of envelopes) check(one.path, () => verifyAttestation(one, keys, verdicts));
  proven.push(`Attestations: ${envelopes.length}. A key for verdicts signed each, and they say the same`);
  if (options.checkpoint) check('--checkpoint', () => verifyOwnCheckpoint(keys, options));
  else claimed.add('The log was not rewritten before this pack. Use --checkpoint with one that you kept');
  claimed.add('Decisions are shown as they were made, and not made again. Times and links are those of the server');
  claimed.add('What happened after this size of the log is not in the pack');
}

const USAGE = 'usage: node verify.mjs PACK.tar [--checkpoint FILE] [--consistency FILE] [--keys FILE]';
const FILE = /** @type {const} */ ({ type: 'string' });
const list = (/** @type {Iterable<string>} */ lines) => [...lines].map((line) => `  - ${line}\n`).join('');
try {
  const options = { checkpoint: FILE, consistency: FILE, keys: FILE };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (positionals.length !== 1) throw new Unusable('give one pack');
  check('the pack', () => verifyPack({ ...values, pack: positionals[0] }));
  const isRefused = problems.length > 0;
  const verified = `VERIFIED\nProven:\n${list(proven)}Only claimed:\n${list(claimed)}`;
  process.stdout.write(isRefused ? `REFUSED\n${list(problems)}` : verified);
  process.exitCode = isRefused ? 1 : 0;
} catch (error) {
  process.stderr.write(`verify.mjs: ${messageOf(error)}\n${USAGE}\n`);
  process.exitCode = 2;
}
