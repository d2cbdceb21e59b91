/** Verifies an audit pack without the server that made it, and without a network. Needs Node.js 20 and nothing else.
 * --checkpoint   a checkpoint of the log that you kept from before: the log must have grown from it
 * --consistency  the answer of GET /log/consistency?from=M&to=N, if the pack has no proof from your checkpoint
 * --keys         the answer of GET /log/keys that you kept: a key must be there, or follow one by an entry of the log
 * Exit code: 0 verified, 1 refused, 2 wrong usage, or a file cannot be read, or another file is needed. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { openSync, readFileSync, readSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** @typedef {Record<string, any>} Json what JSON.parse returns. A wrong form throws, and a throw refuses the pack */
class Unusable extends Error {}
/** @type {[string[], string[], Json[], Json[], Json[]]} entries have their statement as `said` */
const [problems, proven, entries, rotations, verdicts] = [[], [], [], [], []];
const [claimed, named, places] = [new Set(), new Set(), new Set()]; // named: paths of files that something names
const [files, heads, ends, about] = [new Map(), new Map(), new Map(), new Map()]; // by path, log, origin, subject
const NAME =
  /^(README\.txt|(pack|keys|manifest)\.json|verify\.mjs|logs\/[1-9]\d*\/(checkpoint(-\d+)?|consistency-\d+\.json)|(entries|verdicts|attestations|policies|waivers|approvals|break-glass|deployments|evidence|documents)\/[\w-][\w.-]*)$/;
const FIRST = /(\.(created|decided|recorded|received|read-again|approved|given|rejected)|glass\.requested)$/;
const [HEX, NAMES] = [/^[0-9a-f]{64}$/, ['evidence', 'verdicts', 'approvals', 'deployments', 'break-glass']];
/** @type {Json} */ const FOLDERS = Object.fromEntries(NAMES.map((name) => [name.replace(/([^s])s$/, '$1'), name]));
const LOGGED = // members of files that the log has, too
  'environment decision inputsHash engine verdictHash verdictId createdBy projectId releaseId version commit ' +
  'receivedSha256 storedSha256 kind label artifactSha256 mayAbsolve seen groups via minutes force requestedVia';
/** Does one check. Whatever goes wrong in it refuses the pack. @param {string} what @param {() => void} work */
function check(what, work) {
  try {
    work();
  } catch (error) {
    if (error instanceof Unusable || (error instanceof Error && 'syscall' in error)) throw error;
    problems.push(`${what}: ${error instanceof Error ? error.message : error}`);
  }
}
function need(/** @type {unknown} */ condition, /** @type {string} */ message) {
  if (!condition) throw new Error(message);
}
/** Reads JSON that every reader reads alike: no member is there twice. @param {string} text @returns {Json} */
function parse(text) {
  const value = JSON.parse(text);
  need(JSON.stringify(value) === text.replace(/\n$/, ''), 'it is not JSON as the server writes it');
  return value;
}
function json(/** @type {string} */ path) {
  need(named.add(path) && files.has(path), `${path} is missing`);
  return parse(files.get(path).text);
}
const pathsIn = (/** @type {string} */ folder) => [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
function each(/** @type {string} */ folder, /** @type {(file: Json) => void} */ work) {
  for (const path of pathsIn(folder)) check(path, () => work({ ...json(path), path }));
}
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
/** @type {(one: Json, other: Json, names: string[], what: string) => void} */
function agree(one, other, names, what) {
  for (const name of names) need(same(one[name], other[name]), `the ${name} of ${what} was changed`);
}
/** The largest power of two below a size. @type {(size: number, power?: number) => number} */
const split = (size, power = 1) => (power * 2 < size ? split(size, power * 2) : power);
function hashOf(/** @type {string} */ text) {
  need(/^[A-Za-z0-9+/]{43}=$/.test(text), 'a hash is not 32 bytes of base64');
  return Buffer.from(text, 'base64');
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
  const last = from === to && known ? known : proof.at(-1);
  if (!last || (from === to && proof.length !== (known ? 0 : 1))) throw new Error('the proof has another length');
  if (from === to) return [last, last];
  const [middle, inner] = [split(to), proof.slice(0, -1)];
  const below = from > middle ? middle : 0;
  const [old, grown] = below ? rootsOfProof(from - below, to - below, inner) : rootsOfProof(from, middle, inner, known);
  return below ? [nodeHash(last, old), nodeHash(last, grown)] : [old, nodeHash(grown, last)];
}
/** @param {Json} old @param {Json} head @param {any} file a proof with from and to */
function verifyGrowth(old, head, file) {
  if (old.size === head.size) return need(old.root.equals(head.root), 'the log has two trees of this size');
  need(file.from === old.size && file.to === head.size, 'the proof is one of other sizes');
  if (old.size === 0) return need(old.root.equals(sha256()), 'the empty log has another root');
  const [oldRoot, root] = rootsOfProof(old.size, head.size, file.hashes.map(hashOf), old.root);
  need(oldRoot.equals(old.root) && root.equals(head.root), 'the log was rewritten after the checkpoint');
}
/** Verifies a signed checkpoint with one of the keys. @type {(note: string, keys: Json[]) => Json} */
function openCheckpoint(note, keys) {
  const end = note.lastIndexOf('\n\n');
  const [data, lines] = [Buffer.from(note.slice(0, end + 1)), note.slice(end + 2).split('\n')];
  const [origin = '', count = '', root = '', ...more] = data.toString().split('\n');
  need(/^(0|[1-9][0-9]{0,14})$/.test(count) && same(more, ['']) && lines.pop() === '', 'it is not a checkpoint');
  const signer = keys.find(({ vkey }) => {
    const [name, id, ...rest] = vkey.split('+');
    const raw = Buffer.from(rest.join('+'), 'base64');
    if (name !== origin || raw[0] !== 1 || sha256(`${name}\n`, raw).toString('hex', 0, 4) !== id) return false;
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url', 1) };
    const bytesOf = (/** @type {string} */ line) => Buffer.from(line.split(' ')[2] ?? '', 'base64').subarray(4);
    const isOwn = (/** @type {string} */ line) => line.startsWith(`\u2014 ${name} `);
    return lines.some((line) => isOwn(line) && verify(null, data, { key: jwk, format: 'jwk' }, bytesOf(line)));
  });
  if (!signer) throw new Error(`no key of ${origin} signed it`);
  return { origin, size: Number(count), root: hashOf(root), vkey: signer.vkey };
}
/** A header must be the one that the server writes, so that no reader finds another file. @param {string} header */
function readHeader(header) {
  const [name = '', size] = [header.slice(0, 100).split('\0')[0], Number.parseInt(header.slice(124, 135), 8)];
  const octal = (/** @type {number} */ value) => value.toString(8).padStart(11, '0');
  const start = `${name.padEnd(100, '\0')}0000644\0${'0000000\0'.repeat(2)}${octal(size)}\0${octal(0)}\0`;
  const rest = `0${'\0'.repeat(100)}ustar\x0000`.padEnd(356, '\0');
  const sum = Buffer.from(`${start}        ${rest}`, 'latin1').reduce((total, byte) => total + byte, 0);
  need(header === `${start}${octal(sum).slice(5)}\0 ${rest}`, 'a header of the archive is broken, or of no plain file');
  need(NAME.test(name) && !files.has(name), `${name} does not belong to a pack, or is there twice`);
  return { name, size };
}
/** Reads the archive once, in parts of 1 MiB. Documents are hashed and not kept. @param {string} path */
function readTar(path) {
  const [tar, part] = [openSync(path, 'r'), Buffer.alloc(2 ** 20)];
  const read = (/** @type {number} */ length) => part.subarray(0, readSync(tar, part, 0, length, null));
  const isZero = (/** @type {Buffer} */ bytes) => bytes.every((byte) => byte === 0);
  for (let header = read(512); !isZero(header); header = read(512)) {
    const { name, size } = readHeader(header.toString('latin1'));
    const [hash, kept, isKept] = [createHash('sha256'), /** @type {Buffer[]} */ ([]), !name.startsWith('documents/')];
    for (let left = size; left > 0; ) {
      const bytes = read(Math.min(left, part.length));
      need(bytes.length > 0, 'the archive is cut');
      hash.update(bytes);
      if (isKept) kept.push(Buffer.from(bytes));
      left -= bytes.length;
    }
    need(isZero(read((512 - (size % 512)) % 512)), 'there is data between the files');
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(kept));
    files.set(name, { size, sha256: hash.digest('hex'), text });
  }
  const end = read(513);
  need(end.length === 512 && isZero(end), 'the archive is cut, or goes on after its end');
}
function verifyManifest() {
  const listed = json('manifest.json').files;
  const found = [...files].map(([path, { size, sha256: sum }]) => ({ path, size, sha256: sum }));
  need(found.pop()?.path === 'manifest.json', 'it is not the last file');
  const other = found.find((file, i) => !same(file, listed[i])) ?? listed[found.length];
  need(!other, `${other?.path} is not the file that it lists`);
  proven.push(`The ${found.length} files of the pack are whole`);
}
/** The checkpoint of each log that the pack has entries of. @param {Json} pack @param {Json[]} keys */
function verifyLogs({ log, size, schema }, keys) {
  for (const path of pathsIn('logs').filter((one) => one.includes('/checkpoint')))
    check(path, () => {
      const [head, [, number, , old]] = [openCheckpoint(files.get(path).text, keys), path.split(/[/-]/)];
      if (old) return rotations.push({ ...head, log: Number(number) });
      const isNew = [...heads.values()].every(({ origin }) => origin !== head.origin);
      need(isNew && Number(number) <= log, `${head.origin} has two checkpoints, or is not an earlier log`);
      return heads.set(Number(number), head);
    });
  const head = heads.get(log);
  need(schema === 'srp-audit-pack/v1' && head?.size === size, `logs/${log} is not a checkpoint of size ${size}`);
  proven.push(`The checkpoint of ${head?.origin} at size ${size} is signed by a key of the log`);
}
/** A key that the auditor did not keep must follow one that he kept: the log has that, signed with the old key. */
function verifyKeys(/** @type {Json} */ packed, /** @type {Json[]} */ own) {
  const trusted = new Set(own.flatMap((one) => [...one.log, ...one.verdicts]).map((key) => key.vkey ?? key.publicKey));
  for (const { vkey, publicKey } of [...packed.log, ...packed.verdicts]) {
    if (trusted.has(vkey ?? publicKey)) continue;
    const spki = vkey ? '' : createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
    const [{ log, index }] = about.get(`key/${vkey ?? sha256(spki).toString('base64')}`) ?? [{}];
    const old = rotations.find((one) => one.log === log && one.size > index && trusted.has(one.vkey));
    const follows = heads.has(log) && (!vkey || old?.origin === vkey.split('+')[0]);
    need(follows, `this key is not one of yours, and does not follow one: ${vkey ?? publicKey}`);
    if (old && vkey) verifyGrowth(old, heads.get(log), json(`logs/${log}/consistency-${old.size}.json`));
    trusted.add(vkey);
  }
  proven.push('The keys are those that you kept (--keys), or follow them');
}
function verifyEntry(/** @type {Json} */ { salt, statement, ...line }, /** @type {Json} */ { log: current, release }) {
  const { log, index, event, sequence, leaf, proof } = line;
  const [last, place, bytes] = [heads.get(log), `${log}/${index}`, Buffer.from(leaf, 'hex')];
  // After the last checkpoint of a log, until it ended: the log that followed has signed its tree.
  const head = index < last?.size || sequence !== null ? last : ends.get(last?.origin);
  // A log that ended before it was signed has entries without a proof. The next event of the release names them.
  const isSigned = index < head?.size;
  const isPlace = isSigned || (log < current && sequence !== null && same(proof, []));
  need(isPlace && Number.isSafeInteger(index) && index >= 0, `${place} is not a place in the log`);
  need(places.size < places.add(place).size, `${place} is there twice`);
  const isIn = !isSigned || rootOfPath(index, head.size, bytes, proof.map(hashOf)).equals(head.root);
  need(isIn && HEX.test(leaf), `${place} is not in the log`);
  if (salt === null && statement === null) return entries.push({ ...line, isSigned });
  const found = sha256(Buffer.from([0]), sha256(Buffer.from(`${salt}`, 'hex'), statement));
  need(HEX.test(salt) && found.equals(bytes), `the statement at ${place} was changed`);
  const said = JSON.parse(statement);
  need(canonical(said) === statement && said.schema === 'urn:srp:event:v1', `${place} is not a canonical statement`);
  const isOurs = [null, release.id].includes(said.release) && [null, release.projectId].includes(said.project);
  need(isOurs && said.id === event && said.sequence === sequence, `${place} is of another event, release or place`);
  const subject = `${said.subject.kind}/${said.subject.id}`;
  about.set(subject, [...(about.get(subject) ?? []), { ...said, log, index }]);
  const end = isSigned && said.type === 'log.recovered' ? said.data.before : null;
  if (end) ends.set(end.origin, { ...end, root: Buffer.from(end.root, 'hex') });
  return entries.push({ ...line, isSigned, said });
}
/** The events of the release: none is missing in between, at another place, or without content. @param {Json} pack */
function verifyChain({ log: current }) {
  for (const { event, log, index } of entries.filter(({ said }) => !said)) {
    const { data } = entries.find(({ said }) => said?.type === 'log.erased' && said.data.event === event)?.said ?? {};
    const isErased = data?.index === index && data.origin === heads.get(log)?.origin;
    need(isErased, `event ${event} is missing. If it was erased, a pack without size has the entry that says so`);
    claimed.add(`Entry ${log}/${index} was erased: its place in the log is proven, its content is unknown`);
  }
  const own = entries.filter(({ sequence }) => sequence !== null);
  for (const [i, { said, sequence, log, index, isSigned }] of own.entries()) {
    const [before, number] = [own[i - 1], i + 1];
    need(sequence === number, `event ${number} is missing`);
    const follows = !before || log > before.log || (log === before.log && index > before.index);
    need(follows && (!said || same(said.previous, before?.leaf)), `event ${number} does not follow event ${i}`);
    need(isSigned || own[number]?.said, `event ${number} is not in the log, and no event follows it`);
  }
  const { said: end, log, index } = own.at(-1) ?? {};
  const all = end?.type === 'audit-pack.issued' ? `: all up to entry ${log}/${index}, ${end.time}` : '';
  proven.push(`The ${own.length} events of the release follow each other without a gap${all}`);
  if (!all) claimed.add('No event of the release is missing at the end');
  if (own[0]?.log !== current) claimed.add('The restore between two logs lost no event of the release (log.recovered)');
}
/** Compares a file with the event about it, and returns the event. @type {(file: Json, kind: string) => Json} */
function agreeWithLog(file, kind) {
  /** @type {Json[]} */ const events = about.get(`${kind}/${file.id}`) ?? [];
  const [what, isErased] = [`${kind} ${file.id}`, entries.some(({ said }) => !said)];
  const isOlder = isErased || events.some((one) => /^(imported|beside-api)$/.test(one.type));
  const { data, type, actor, project, release } = events.findLast((one) => FIRST.test(one.type)) ?? { data: {} };
  need(type || isOlder, `the log has no entry about ${what}`);
  need(!file.path || file.path === `${FOLDERS[kind]}/${file.id}.json`, 'it has the name of another file');
  const row = { verdictId: data.verdict, artifactSha256: data.artifact, projectId: project, releaseId: release };
  const createdBy = /(\.(decided|recorded|received)|glass\.requested)$/.test(type) ? actor : undefined;
  /** @type {Json} */ const logged = { ...data, ...row, createdBy };
  const isLogged = (/** @type {string} */ name) => logged[name] !== undefined;
  agree(file, logged, LOGGED.split(' ').filter(isLogged), what);
  const others = LOGGED.split(' ').filter((name) => !isLogged(name) && file[name] !== undefined);
  const { reviewSha256 } = events.find((one) => one.type === 'break-glass.reviewed')?.data ?? {};
  need(file.review ? digestOf(file.review) === reviewSha256 : !reviewSha256, `the review of ${what} was changed`);
  if (!type) claimed.add(`All of ${what}: it is older than the log, not of the API, or erased there`);
  else if (others.length > 0) claimed.add(`What the log does not have of ${what}: ${others.join(', ')}`);
  return { data, actor, type };
}
/** The recipe of inputsHash: without the ids of evidence and the rules of policies. @param {Json} verdict */
function inputsHashOf({ engine, inputs }) {
  const ids = inputs.evidence.map((/** @type {Json} */ { id }) => id);
  const placesOf = (/** @type {string[]} */ some) => some.map((id) => ids.indexOf(id));
  const evidence = inputs.evidence.map((/** @type {Json} */ { id: _, ...one }) => one);
  const policies = inputs.policies.map((/** @type {Json} */ { rules: _, ...one }) => one);
  const tooOld = inputs.tooOld.map((/** @type {Json} */ one) => ({ ...one, evidence: placesOf(one.evidence) }));
  return digestOf({ ...inputs, engine, evidence, policies, tooOld });
}
function verifyVerdict(/** @type {Json} */ verdict, /** @type {Json} */ release) {
  const { releaseId, environment, engine, decision, inputs, inputsHash, results, verdictHash } = verdict;
  need(inputsHashOf(verdict) === inputsHash, 'its inputs were changed (inputsHash)');
  agree(inputs.release, release, ['id', 'projectId', 'version', 'commit'], 'the release');
  need(releaseId === release.id && inputs.environment === environment, 'it is of another release or environment');
  const covered = { releaseId, environment, inputsHash, engine, decision, results };
  need(!verdictHash || digestOf(covered) === verdictHash, 'its decision or results were changed (verdictHash)');
  agreeWithLog(verdict, 'verdict');
  for (const input of inputs.policies) {
    const { name, version, sha256: digest, rules } = input;
    const policy = digest === null ? { ...input, rules: [] } : json(`policies/${name}-${version}.json`);
    agree(policy, input, ['name', 'version', 'sha256', 'rules'], `policy ${name}`);
    need(digest === null || digestOf(rules) === digest, `the rules of policy ${name} were changed`);
  }
  for (const waiver of inputs.waivers) verifyWaiver(waiver);
  const names = ['kind', 'label', 'receivedSha256', 'storedSha256'];
  for (const { id: of, sha256: receivedSha256, ...input } of inputs.evidence)
    agree(json(`evidence/${of}.json`), { ...input, receivedSha256 }, names, `evidence ${of}`);
  for (const one of inputs.approvals?.given ?? [])
    agree(json(`approvals/${one.id}.json`), one, ['id', 'decision', 'person', 'groups', 'via', 'seen'], 'an approval');
  const { force: _, ...open } = inputs.breakGlass ?? {};
  if (open.id) agree(json(`break-glass/${open.id}.json`), open, Object.keys(open), 'the break-glass');
  verdicts.push(verdict);
}
function verifyWaiver(/** @type {Json} */ input) {
  const waiver = json(`waivers/${input.id}.json`);
  const { id, projectId, releaseId, createdAt: requestedAt, createdBy: requestedBy, ...stated } = waiver;
  agree(waiver, input, ['id', 'rule', 'purl', 'releaseId', 'expiresAt', 'approvedBy'], `waiver ${id}`);
  const { data, actor = stated.approvedBy } = agreeWithLog({ id, projectId, releaseId }, 'waiver');
  const isLogged = digestOf({ ...stated, id, projectId, releaseId, requestedAt, requestedBy }) === data.sha256;
  need((isLogged || !data.sha256) && actor === stated.approvedBy, `waiver ${id} is not the one in the log`);
  if (!isLogged) claimed.add(`The reason and the times of waiver ${id}: the log does not have them`);
}
function verifyApproval(/** @type {Json} */ { decision, ...approval }) {
  const { type, actor = approval.person } = agreeWithLog(approval, 'approval');
  need(digestOf(approval.risk) === approval.seen && actor === approval.person, 'the person, or seen, was changed');
  need(!type || (type === 'approval.rejected') === (decision === 'reject'), 'the decision was changed');
}
function verifyEvidence(/** @type {Json} */ evidence) {
  const [{ id, receivedSha256, storedSha256 }, path] = [evidence, `documents/${evidence.storedSha256}`];
  agreeWithLog(evidence, 'evidence');
  need(named.add(path) && files.get(path)?.sha256 === storedSha256, 'its document is missing or was changed');
  if (receivedSha256 !== storedSha256) claimed.add(`What was received as evidence ${id}: its secrets were masked`);
}
/** Whatever the log has has its file, and nothing more is there. Tells what happened. @param {Json} pack */
function verifyComplete({ release, environment }) {
  agreeWithLog({ ...release, projectId: release.projectId, releaseId: release.id }, 'release');
  if (environment !== null) claimed.add(`Nothing is said of other environments than ${environment}`);
  const attested = new Set(pathsIn('attestations').map((path) => files.get(path).sha256));
  for (const { said, sequence } of entries) {
    const { subject, time, actor, type, data } = said ?? { subject: {}, data: {} };
    const isDecision = ['verdict', 'deployment', 'break-glass', 'approval'].includes(subject.kind);
    if (sequence === null || (environment !== null && isDecision && data.environment !== environment)) continue;
    const path = `${FOLDERS[subject.kind]}/${subject.id}.json`;
    check(path, () => need(!FOLDERS[subject.kind] || files.has(path), 'the log has it, and the pack does not'));
    const isTold = type === 'release.revoked' || (isDecision && data.environment && !data.predicate);
    check(path, () => need(!data.predicate || attested.has(data.sha256), 'the log has an attestation that is missing'));
    const what = `${type} ${data.decision ?? ''} for ${data.environment ?? 'all'}${data.late ? ' (late)' : ''}`;
    if (isTold) proven.push(`Version ${release.version}: ${what} at ${time} by ${actor}, ${subject.id}`);
  }
  for (const path of problems.length > 0 ? [] : ['policies', 'waivers', 'documents'].flatMap(pathsIn))
    check(path, () => need(named.has(path), 'no verdict and no evidence names it'));
}
function verifyAttestation(/** @type {Json} */ { path, payload, payloadType, signatures }, /** @type {Json[]} */ keys) {
  const [type, body] = [Buffer.from(payloadType), Buffer.from(payload, 'base64')];
  const bytes = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${body.length} `), body]);
  const isSignedBy = (/** @type {Json} */ { publicKey }) =>
    signatures.some((/** @type {Json} */ { sig }) => verify('sha256', bytes, publicKey, Buffer.from(sig, 'base64')));
  need(keys.some(isSignedBy), 'no key for verdicts signed it');
  const verdict = verdicts.find(({ id }) => path.startsWith(`attestations/${id}.`));
  if (!verdict) throw new Error('its verdict is missing');
  const { subject, predicate } = JSON.parse(body.toString());
  const known = verdict.inputs.artifacts.flatMap((/** @type {Json} */ one) => [`sha256:${one.sha256}`, ...one.digests]);
  const isKnown = subject.every((/** @type {Json} */ { digest }) => known.includes(`sha256:${digest.sha256}`));
  need(isKnown && subject.length > 0, 'a subject is not an artifact of the release');
  const result = verdict.decision === 'allow' && !verdict.inputs.breakGlass ? 'PASSED' : 'FAILED';
  const decision = predicate.decision ?? (predicate.verificationResult === result ? verdict.decision : 'another');
  const { verdictId: id, decidedAt: evaluatedAt = predicate.timeVerified, decidedBy: createdBy } = predicate;
  const environment = predicate.environment ?? predicate.policy.uri.split('/environments/')[1];
  const names = id ? ['id', 'createdBy', 'engine', 'inputsHash', 'verdictHash', 'inputs', 'results'] : [];
  const said = { ...predicate, id, environment, evaluatedAt, createdBy, decision };
  agree(said, verdict, ['decision', 'environment', 'evaluatedAt', ...names], 'the attestation');
}
/** The log has grown from the checkpoint that the auditor kept. @param {Json[]} keys @param {Json} options */
function verifyOwnCheckpoint(keys, options) {
  const own = openCheckpoint(readFileSync(options.checkpoint, 'utf8'), keys);
  const [number, head] = [...heads].find(([, { origin }]) => origin === own.origin) ?? [];
  need(head, `the pack has nothing of the log of your checkpoint, ${own.origin}`);
  need(own.size <= head.size || number >= Math.max(...heads.keys()), `a restore lost all after entry ${head.size - 1}`);
  if (own.size > head.size) throw new Unusable(`your checkpoint is of size ${own.size}. Ask for a newer pack`);
  const path = `logs/${number}/consistency-${own.size}.json`;
  const given = options.consistency && JSON.parse(readFileSync(options.consistency, 'utf8'));
  if (own.size < head.size && !given && !files.has(path))
    throw new Unusable(`ask for a pack with from=${own.size}, or bring its proof of consistency: --consistency`);
  verifyGrowth(own, head, given ?? (files.has(path) && json(path)));
  proven.push(`The log has grown from your checkpoint of size ${own.size}: nothing before it was rewritten`);
}
function verifyPack(/** @type {Json} */ options) {
  readTar(options.pack);
  check('manifest.json', verifyManifest);
  const [pack, packed] = [json('pack.json'), json('keys.json')];
  const kept = (options.keys ?? []).map((/** @type {string} */ path) => JSON.parse(readFileSync(path, 'utf8')));
  const all = (/** @type {string} */ name) => [packed, ...kept].flatMap((file) => file[name]);
  verifyLogs(pack, all('log'));
  for (const path of pathsIn('entries'))
    for (const line of files.get(path).text.trimEnd().split('\n')) check(path, () => verifyEntry(parse(line), pack));
  if (options.keys) check('keys.json', () => verifyKeys(packed, kept));
  else claimed.add('The keys are those of the server. Use --keys with those that you kept');
  check('the events of the release', () => verifyChain(pack));
  each('evidence', verifyEvidence);
  each('approvals', verifyApproval);
  for (const kind of ['deployment', 'break-glass']) each(FOLDERS[kind], (file) => agreeWithLog(file, kind));
  each('verdicts', (verdict) => verifyVerdict(verdict, pack.release));
  verifyComplete(pack);
  each('attestations', (envelope) => verifyAttestation(envelope, all('verdicts')));
  proven.push(`Attestations: ${pathsIn('attestations').length}. A key for verdicts signed each, and they say the same`);
  if (options.checkpoint) check('--checkpoint', () => verifyOwnCheckpoint(all('log'), options));
  else claimed.add('The log was not rewritten before this pack. Use --checkpoint with one that you kept');
  claimed.add('Decisions are shown as they were made, and not made again');
  claimed.add('What else files say, such as times and README.txt. What happened after this size is not in the pack');
}
const USAGE = 'usage: node verify.mjs PACK.tar [--checkpoint FILE] [--consistency FILE] [--keys FILE]...';
const FILE = /** @type {const} */ ({ type: 'string' });
const list = (/** @type {Iterable<string>} */ lines) =>
  [...lines].map((line) => `  - ${line.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')}\n`).join('');
try {
  const options = { checkpoint: FILE, consistency: FILE, keys: /** @type {const} */ ({ ...FILE, multiple: true }) };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (positionals.length !== 1) throw new Unusable('give one pack');
  check('the pack', () => verifyPack({ ...values, pack: positionals[0] }));
  const verified = `VERIFIED\nProven:\n${list(proven)}Only claimed:\n${list(claimed)}`;
  process.exitCode = problems.length > 0 ? 1 : 0;
  process.stdout.write(process.exitCode === 0 ? verified : `REFUSED\n${list(problems)}`);
} catch (error) {
  process.stderr.write(`verify.mjs: ${error instanceof Error ? error.message : error}\n${USAGE}\n`);
  process.exitCode = 2;
}
