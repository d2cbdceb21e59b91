/** Verifies an audit pack without the server that made it, and without a network. Needs Node.js 20 and nothing else.
 * --checkpoint  a checkpoint of a log that you kept from before: the log must have grown from it. Each can be repeated
 * --proof       the answer of GET /log/consistency that connects your checkpoint, if the pack does not
 * --keys        the answer of GET /log/keys that you kept: a key must be there, or follow one by an entry of the log
 * Exit code: 0 verified, 1 refused, 2 wrong usage, or a file cannot be read, or another file is needed. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { openSync, readFileSync, readSync } from 'node:fs';
import { parseArgs } from 'node:util';

class Unusable extends Error {}
const [problems, proven, summary, verdicts, rotations, erasures, entries] = [[], [], [], [], [], [], []];
const [claimed, signers, grown, named] = [new Set(), new Set(), new Set(), new Set(['README.txt', 'verify.mjs'])];
const [files, heads, ends, about] = [new Map(), new Map(), new Map(), new Map()]; // by path, log, origin, subject
const LISTED = /^(entries\/\d+\.jsonl|logs\/\d+\/(checkpoint(-\d+)?|consistency-\d+\.json))$/;
const [SCHEMA, RECORD] = ['srp-audit-pack/v2', /^(verdict|deployment|approval|break-glass|evidence)$/];
const [HEX, UPLOADED] = [/^[0-9a-f]{64}$/, ['kind', 'label', 'receivedSha256', 'storedSha256']];
const FOLDERS = { verdict: 'verdicts', deployment: 'deployments', approval: 'approvals' };
const fileOf = (kind, id) => `${FOLDERS[kind] ?? kind}/${id}.json`;
const UNSHOWN = /^(evidence\.(received-again|retracted)|break-glass\.review-due)$/; // their rows are in no file
const TOLD = ['environment', 'decision', 'state', 'authorization', 'person', 'breakGlass', 'intent', 'late', 'because'];
const quoted = (value) => (/^[\w.:/+@-]+$/.test(value) ? `${value}` : JSON.stringify(value)); // never like our words
const shown = (one) => (one?.after === undefined ? quoted(one) : `${quoted(one.before)} → ${quoted(one.after)}`);
const plain = (line) => line.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${one.codePointAt(0).toString(16)}}`);
function check(what, work) {
  try {
    work();
  } catch (error) {
    if (error instanceof Unusable || 'syscall' in error) throw error;
    problems.push(`${what}: ${error.message}`);
  }
}
function need(value, message) {
  if (!value) throw new Error(message);
  return value;
}
const parse = (text, one = JSON.parse(text)) =>
  need(JSON.stringify(one) === text.replace(/\n$/, ''), 'it is not JSON as the server writes it') && one;
const json = (path) => parse(need(named.add(path) && files.get(path), `${path} is missing`).text);
const contents = (paths = []) => paths.map((path) => JSON.parse(readFileSync(path, 'utf8')));
const numberOf = (origin) => [...heads].find(([, head]) => head.origin === origin)?.[0];
const pathsIn = (folder) => [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
const each = (folder, work) => void pathsIn(folder).map((path) => check(path, () => work(json(path), path)));
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const memberOf = (name) => `${JSON.stringify(name)}:${canonical(value[name])}`;
  return `{${Object.keys(value).sort().map(memberOf).join()}}`;
}
const digestOf = (value) => sha256(canonical(value)).toString('hex');
const same = (one, two) => canonical(one ?? null) === canonical(two ?? null);
const agree = (one, other, what, names = Object.keys({ ...one, ...other })) =>
  names.every((name) => need(canonical(one[name]) === canonical(other[name]), `the ${name} of ${what} was changed`));
const split = (size, power = 1) => (power * 2 < size ? split(size, power * 2) : power); // the largest one below
const hashOf = (text) => need(/^[A-Za-z0-9+/]{43}=$/.test(text), 'a hash is broken') && Buffer.from(text, 'base64');
function rootOfPath(index, size, leaf, path) {
  if (size === 1) return need(path.length === 0, 'the inclusion proof has another length') && leaf;
  const [middle, sibling, inner] = [split(size), path.at(-1), path.slice(0, -1)]; // left: the largest perfect subtree
  if (index < middle) return nodeHash(rootOfPath(index, middle, leaf, inner), sibling);
  return nodeHash(sibling, rootOfPath(index - middle, size - middle, leaf, inner));
}
function rootsOfProof(from, to, proof, known) {
  const last = from === to && known ? known : proof.at(-1);
  if (!last || (from === to && proof.length !== (known ? 0 : 1))) throw new Error('the proof has another length');
  if (from === to) return [last, last];
  const [middle, inner] = [split(to), proof.slice(0, -1)];
  const below = from > middle ? middle : 0;
  const [old, grown] = below ? rootsOfProof(from - below, to - below, inner) : rootsOfProof(from, middle, inner, known);
  return below ? [nodeHash(last, old), nodeHash(last, grown)] : [old, nodeHash(grown, last)];
}
function verifyGrowth(old, head, file) {
  if (old.size === head.size) return need(old.root.equals(head.root), 'the log has two trees of this size');
  need(same(file, { from: old.size, to: head.size, hashes: file.hashes }), 'the proof is one of other sizes');
  if (old.size === 0) return need(old.root.equals(sha256()), 'the empty log has another root');
  const [oldRoot, root] = rootsOfProof(old.size, head.size, file.hashes.map(hashOf), old.root);
  need(oldRoot.equals(old.root) && root.equals(head.root), 'the log was rewritten after the checkpoint');
}
function openCheckpoint(note, keys) {
  const form = /^(([^\n]+)\n(0|[1-9]\d{0,14})\n([^\n]+)\n)\n((?:[^\n]+\n)+)$/;
  const [, text, origin, size, root, signatures] = need(form.exec(note), 'it is not a checkpoint');
  const signer = keys.find((vkey) => {
    const raw = Buffer.from(vkey.slice(origin.length + 10), 'base64'); // after the name and 8 digits of the id
    const id = sha256(`${origin}\n`, raw).toString('hex', 0, 4);
    if (raw[0] !== 1 || vkey !== `${origin}+${id}+${raw.toString('base64')}`) return false;
    const jwk = { key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url', 1) }, format: 'jwk' };
    return signatures.split('\n').some((line) => {
      const bytes = Buffer.from(line.split(' ')[2] ?? '', 'base64');
      const isOwn = line === `\u2014 ${origin} ${bytes.toString('base64')}` && bytes.toString('hex', 0, 4) === id;
      return isOwn && verify(null, Buffer.from(text), jwk, bytes.subarray(4)) && signers.add(vkey);
    });
  });
  return { origin, size: Number(size), root: hashOf(root), vkey: need(signer, `no key of ${origin} signed it`) };
}
function readTar(path) {
  const [tar, part] = [openSync(path, 'r'), Buffer.alloc(2 ** 20)]; // read once; documents are not kept
  const read = (length) => part.subarray(0, readSync(tar, part, 0, length, null));
  const octal = (value) => value.toString(8).padStart(11, '0');
  for (let block = read(512); block.some(Boolean); block = read(512)) {
    const header = block.toString('latin1');
    const [name = '', size] = [header.slice(0, 100).split('\0')[0], Number.parseInt(header.slice(124, 135), 8)];
    const start = `${name.padEnd(100, '\0')}0000644\0${'0000000\0'.repeat(2)}${octal(size)}\0${octal(0)}\0`;
    const rest = `0${'\0'.repeat(100)}ustar\x0000`.padEnd(356, '\0');
    const sum = Buffer.from(`${start}        ${rest}`, 'latin1').reduce((total, byte) => total + byte, 0);
    need(header === `${start}${octal(sum).slice(5)}\0 ${rest}`, 'a header of the archive is broken');
    need(!files.has(name), `${name} is there twice`);
    const [hash, kept] = [createHash('sha256'), []];
    for (let left = size, bytes; left > 0; left -= bytes.length) {
      bytes = read(Math.min(left, part.length));
      need(bytes.length > 0, 'the archive is cut');
      hash.update(bytes);
      if (!name.startsWith('documents/')) kept.push(Buffer.from(bytes));
    }
    need(!read((512 - (size % 512)) % 512).some(Boolean), 'there is data between the files');
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(kept));
    files.set(name, { size, sha256: hash.digest('hex'), text });
  }
  need(read(513).equals(Buffer.alloc(512)), 'the archive is cut, or goes on after its end');
}
function verifyLogs({ log, size }, keys) {
  for (const path of pathsIn('logs').filter((one) => one.includes('/checkpoint')))
    check(path, () => {
      const [head, [, number, , old]] = [openCheckpoint(files.get(path).text, keys), path.split(/[/-]/)];
      if (old) return rotations.push({ ...head, log: Number(number) });
      need(!numberOf(head.origin) && Number(number) <= log, `${head.origin} has two checkpoints, or is a later log`);
      return heads.set(Number(number), head);
    });
  need(heads.get(log)?.size === size, `logs/${log} is not a checkpoint of size ${size}`);
  proven.push(`The checkpoint of ${quoted(heads.get(log).origin)} at size ${size} is signed by a key of the log`);
}
function verifyKeys({ log: ofLogs, verdicts: ofVerdicts }, trusted) {
  need(same([...signers].sort(), [...ofLogs, ...ofVerdicts].sort()), 'it has not the keys that signed the pack');
  trusted ??= new Set([...ofVerdicts, ...new Map(ofLogs.map((key) => [key.split('+')[0], key]).reverse()).values()]);
  for (const key of [...ofLogs, ...ofVerdicts]) {
    const pem = ofVerdicts.includes(key) && createPublicKey(key).export({ type: 'spki', format: 'pem' });
    need(!pem || pem === key, 'a key is written in another way');
    if (trusted.has(key)) continue;
    const id = pem ? sha256(createPublicKey(key).export({ type: 'spki', format: 'der' })).toString('base64') : key;
    const [{ log, index }] = about.get(`key/${id}`) ?? [{}];
    const old = rotations.find((one) => one.log === log && one.size > index && trusted.has(one.vkey));
    need(heads.has(log) && (pem || old?.origin === key.split('+')[0]), `this key is not one of yours: ${key}`);
    if (!pem) verifyGrowth(old, heads.get(log), json(`logs/${log}/consistency-${old.size}.json`));
    trusted.add(key);
  }
}
function verifyEntry({ salt, statement, ...line }, { log: current, release }) {
  const { log, index, event, sequence, leaf, proof, ...more } = line;
  const [last, place, bytes] = [heads.get(log), `${log}/${index}`, Buffer.from(leaf, 'hex')];
  // After its last checkpoint, the log that followed signed the tree, or the next event of the release names the entry.
  const head = index < last?.size || sequence !== null ? last : ends.get(last?.origin);
  const isSigned = index < head?.size;
  const isPlace = isSigned || (log < current && sequence !== null && same(proof, []));
  const isLine = Number.isSafeInteger(log) && Number.isSafeInteger(index) && index >= 0 && same(more, {});
  need(isPlace && isLine, `${place} is not a place in the log`);
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
  if (said.type === 'log.erased') erasures.push({ type: 'an event', ...said.data, log: numberOf(said.data.origin) });
  const end = isSigned && said.type === 'log.recovered' && said.data.before;
  if (end) ends.set(end.origin, { ...end, root: Buffer.from(end.root, 'hex') });
  return entries.push({ ...line, isSigned, said });
}
function verifyChain({ log: current, environment }) {
  for (const entry of entries.filter(({ said }) => !said)) {
    const [{ event, log, index }, at] = [entry, erasures.find((one) => one.event === entry.event)];
    need(at?.index === index && at.log === log, `event ${event} is missing. If it was erased, a later pack says so`);
    if (at.kept) entry.left = { ...at, subject: { kind: at.type.split('.')[0], id: at.subject }, data: at.kept };
    claimed.add(
      `Entry ${log}/${index} was erased: its place in the log is proven, its content is unknown (${at.type})`,
    );
  }
  const own = entries.filter(({ sequence }) => sequence !== null);
  for (const [i, { said, sequence, log, index, isSigned }] of own.entries()) {
    const [before, number] = [own[i - 1], i + 1];
    need(sequence === number, `event ${number} is missing`);
    const follows = !before || log > before.log || (log === before.log && index > before.index);
    need(follows && (!said || same(said.previous, before?.leaf)), `event ${number} does not follow event ${i}`);
    need(isSigned || own[number]?.said, `event ${number} is not in the log, and no event follows it`);
  }
  const issued = own.slice(own.findLastIndex(({ said }) => said?.type !== 'audit-pack.issued') + 1);
  const isIssued = issued.some(({ said }) => same(said.data.environment, environment));
  const all = isIssued ? `: all up to entry ${own.at(-1).log}/${own.at(-1).index}, ${own.at(-1).said.time}` : '';
  proven.push(`The ${own.length} events of the release follow each other without a gap${all}`);
  const isLast = own.at(-1)?.log === current && own.at(-1).index === heads.get(current)?.size - 1;
  if (!isIssued || !isLast) claimed.add('No event of the release is missing at the end');
  need(isIssued || issued.length === 0, 'pack.json has another environment than the event that the pack was issued');
  if (own[0]?.log !== current) claimed.add('The restore between two logs lost no event of the release (log.recovered)');
}
function eventsAbout(kind, id, sum) {
  const erased = erasures.filter(({ subject, kept }) => !kept || subject === id); // it left digests, or nothing
  const known = erased.map(({ type, kept, ...one }) => ({ ...one, type: kept ? type : 'imported', data: kept ?? {} }));
  const found = [...(about.get(`${kind}/${id}`) ?? []), ...(about.get(`document/${sum}`) ?? []), ...known];
  return found.sort((a, b) => a.log - b.log || a.index - b.index);
}
function verifyRecord({ row, ...members }, path, kind, rest = {}) {
  const [what, events] = [`${kind} ${members.id}`, eventsAbout(kind, members.id)];
  need(path === fileOf(kind, members.id), 'it has the name of another file');
  need(events.length > 0, `the log has no entry about ${what}`);
  const last = events.findLast(({ type, data }) => type === 'beside-api' || (data.row && !UNSHOWN.test(type)));
  if (!last?.data.row) return claimed.add(`All of ${what}: no event has its digest, or the event was erased`);
  need(sha256(row).toString('hex') === last.data.row, `the row of ${what} is not the one in the log`);
  const memberOf = (column) => column.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  const columns = Object.entries(JSON.parse(row)).map(([name, value]) => [memberOf(name), value]);
  return agree(members, { ...Object.fromEntries(columns), ...rest }, what);
}
const rulesOf = ({ policies }) => policies.map(({ rules: _, ...one }) => one); // they have a digest
function inputsHashOf({ engine, inputs }) {
  const [ids, evidence] = [inputs.evidence.map(({ id }) => id), inputs.evidence.map(({ id: _, ...one }) => one)];
  const tooOld = inputs.tooOld.map((one) => ({ ...one, evidence: one.evidence.map((id) => ids.indexOf(id)) }));
  return digestOf({ ...inputs, engine, evidence, policies: rulesOf(inputs), tooOld });
}
const verdictHashOf = ({ releaseId, environment, inputsHash, engine, decision, results }) =>
  digestOf({ releaseId, environment, inputsHash, engine, decision, results });
function verifyVerdict(verdict, path, release) {
  const { releaseId, environment, inputs, inputsHash, results, verdictHash } = verdict;
  need(inputsHashOf(verdict) === inputsHash && !('engine' in inputs), 'its inputs were changed (inputsHash)');
  agree(inputs.release, release, 'the release', Object.keys(release));
  need(releaseId === release.id && inputs.environment === environment, 'it is of another release or environment');
  need(!verdictHash || verdictHashOf(verdict) === verdictHash, 'its decision or results were changed (verdictHash)');
  verifyRecord(verdict, path, 'verdict', { inputs, results });
  if (!verdictHash) claimed.add(`The results of verdict ${verdict.id}: the log has no digest of them`);
  for (const policy of inputs.policies.filter((one) => one.sha256 !== null || one.rules.length > 0)) {
    agree(json(`policies/${policy.name}-${policy.version}.json`), policy, `policy ${policy.name}`);
    need(digestOf(policy.rules) === policy.sha256, `the rules of policy ${policy.name} were changed`);
  }
  for (const waiver of inputs.waivers) verifyWaiver(waiver);
  for (const { id: of, sha256: receivedSha256, ...input } of inputs.evidence)
    agree(json(`evidence/${of}.json`), { ...input, receivedSha256 }, `evidence ${of}`, UPLOADED);
  for (const one of inputs.approvals?.given ?? [])
    agree(json(`approvals/${one.id}.json`), one, 'an approval', ['id', 'decision', 'person', 'groups', 'via', 'seen']);
  const { force: _, openedAt, until, since, ...open } = inputs.breakGlass ?? {};
  if (open.id) agree(json(fileOf('break-glass', open.id)), open, 'the break-glass', Object.keys(open));
  verdicts.push(verdict);
}
function verifyWaiver(input) {
  const [what, waiver] = [`waiver ${input.id}`, json(`waivers/${input.id}.json`)];
  const { createdAt: requestedAt, createdBy: requestedBy, ...stated } = waiver;
  agree(waiver, input, what, Object.keys(input));
  const events = eventsAbout('waiver', input.id);
  const { data, actor = waiver.approvedBy } = events.findLast(({ type }) => type === 'waiver.approved') ?? {};
  need(data || events.some(({ type }) => /^(imported|beside-api)$/.test(type)), `the log has no entry about ${what}`);
  const isLogged = digestOf({ ...stated, requestedAt, requestedBy }) === data?.sha256 && actor === waiver.approvedBy;
  need(isLogged || !data?.sha256, `${what} is not the one in the log`);
  const unbound = Object.keys(waiver).filter((name) => !Object.hasOwn(input, name));
  if (!isLogged) claimed.add(`${unbound.map(quoted).join(', ')} of ${what}: the log has no digest of them`);
  if (waiver.releaseId === null) claimed.add(`That ${what} was not revoked: it is of the whole project`);
}
function exceptionsOf({ inputs, results } = { inputs: { waivers: [] }, results: [] }) {
  const waivers = inputs.waivers.filter((one) => results.some((result) => result.waivers?.includes(one.id)));
  const given = results.flatMap((one) => one.approvals ?? []).filter(({ state }) => state === 'counts');
  const names = waivers.map((one) => `waiver ${one.id} of ${shown(one.rule)}, approved by ${shown(one.approvedBy)}`);
  for (const one of given) names.push(`approval ${one.id} by ${JSON.stringify(one.person)}`);
  if (inputs.breakGlass) names.push(`break-glass ${inputs.breakGlass.id}, for rules that deny it`);
  return names.length > 0 ? `. It rests on ${[...new Set(names)].join('; ')}` : '';
}
function verifyComplete({ release: { version, commit }, environment }) {
  const last = new Map(); // what is decided, by environment, and each deployment
  for (const { said, left = said, sequence, event } of entries.filter((one) => one.said ?? one.left)) {
    const { subject, time, actor = '(erased)', type, data } = left;
    const [path, isRecord] = [fileOf(subject.kind, subject.id), RECORD.test(subject.kind)];
    const isElsewhere = environment !== null && isRecord && (data.environment ?? environment) !== environment;
    if ((sequence === null && type !== 'waiver.revoked') || isElsewhere) continue;
    const isOdd = type === 'beside-api' || (type === 'imported' && isRecord && subject.kind !== 'evidence');
    const isHere = !isRecord || !said || files.has(path) || (isOdd && environment !== null); // it may be elsewhere
    const isIn = !said?.data.predicate || pathsIn('attestations').some((of) => files.get(of).sha256 === data.sha256);
    const missing = isHere ? 'the log has an attestation that is missing' : 'the log has it, and the pack does not';
    check(path, () => need(isHere && isIn, missing));
    const words = TOLD.filter((name) => data[name]).map((name) => `, ${name} ${shown(data[name])}`);
    const [who, place, not] = [JSON.stringify(actor), shown(data.environment), data.decision === 'allow' ? '' : 'not '];
    proven.push(`${quoted(type)} at ${time} by ${who}, ${shown(subject.id)}${words.join('')}`);
    const allowing = verdicts.find(({ id, decision }) => id === subject.id && decision === 'allow' && !not);
    const how = `was ${not}allowed into ${place}: decided at ${time}, asked for by ${who}`;
    if (type.startsWith('verdict.') && !data.late && data.intent !== 'rollback')
      last.set(data.environment, `${how}${exceptionsOf(allowing)}`);
    const [, done] = /^deployment\.(recorded|succeeded|failed)$/.exec(type) ?? [];
    const outcome = `${shown(data.state ?? done)}, authorization ${shown(data.authorization ?? 'unknown')}`;
    if (done) last.set(subject.id, `was deployed to ${place}: ${outcome}, at ${time} by ${who}`);
    if (type === 'release.revoked') last.set('', `was revoked at ${time} by ${who}`);
    if (isOdd) last.set(event, `has ${subject.kind} ${shown(subject.id)}: ${type}, at ${time} by ${who}`);
  }
  if (last.size === 0) last.set('', 'has no decision in this pack');
  for (const what of last.values()) summary.push(`Version ${shown(version)} (commit ${shown(commit)}) ${what}`);
  if (environment !== null) claimed.add(`Nothing is said of other environments than ${quoted(environment)}`);
}
function verifyAttestation({ payload, payloadType, signatures }, path, keys) {
  const [type, body] = [Buffer.from(payloadType), Buffer.from(payload, 'base64')];
  const bytes = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${body.length} `), body]);
  const signs = (key) => signatures.some(({ sig }) => verify('sha256', bytes, key, Buffer.from(sig, 'base64')));
  signers.add(need(keys.find(signs), 'no key for verdicts signed it'));
  const verdict = verdicts.find(({ id }) => path.startsWith(`attestations/${id}.`));
  const signed = about.get(`verdict/${verdict?.id}`)?.find(({ data }) => data.sha256 === files.get(path).sha256);
  need(verdict, 'its verdict is missing');
  if (!signed) claimed.add(`When ${path} was signed, and what else it says: no event has its digest`);
  const { subject, predicateType, predicate: said } = JSON.parse(body.toString());
  const known = verdict.inputs.artifacts.flatMap((one) => [`sha256:${one.sha256}`, ...one.digests]);
  const isKnown = subject.length > 0 && subject.every(({ digest }) => known.includes(`sha256:${digest.sha256}`));
  need(isKnown, 'a subject is not an artifact of the release');
  const { row: _, projectId: __, releaseId: ___, id: verdictId, evaluatedAt, createdBy: decidedBy, ...rest } = verdict;
  const [time, digest] = [new Date(evaluatedAt).toISOString(), { sha256: digestOf(rulesOf(rest.inputs)) }];
  const policy = { uri: `${said.verifier.id}/environments/${rest.environment}`, digest };
  const verificationResult = rest.decision === 'allow' && !rest.inputs.breakGlass ? 'PASSED' : 'FAILED';
  const record = { ...rest, verdictHash: verdictHashOf(verdict), verdictId, decidedBy, decidedAt: time };
  const expected = predicateType.includes('slsa.dev/') ? { verificationResult, timeVerified: time, policy } : record;
  agree(said, expected, 'the attestation', Object.keys(expected));
}
function verifyOwnCheckpoint(path, keys, proofs) {
  const own = openCheckpoint(readFileSync(path, 'utf8'), keys);
  const number = need(numberOf(own.origin), `the pack has nothing of the log of your checkpoint, ${own.origin}`);
  const head = heads.get(number);
  need(own.size <= head.size || number >= Math.max(...heads.keys()), `a restore lost all after entry ${head.size - 1}`);
  if (own.size > head.size) throw new Unusable(`your checkpoint is of size ${own.size}. Ask for a newer pack`);
  const [{ size: from }, { size: to }, packed] = [own, head, `logs/${number}/consistency-${own.size}.json`];
  const brought = proofs.find((one) => one.origin === own.origin && one.from === from && one.to === to);
  const proof = brought ? { from, to, hashes: brought.hashes } : files.has(packed) && json(packed);
  const url = `/log/consistency?log=${number}&from=${from}&to=${to}`;
  if (from < to && !proof) throw new Unusable(`get ${url} from the server, and give it with --proof FILE`);
  verifyGrowth(own, head, proof);
  proven.push(`The log has grown from your checkpoint of size ${own.size}: nothing before it was rewritten`);
  grown.add(number);
}
function verifyPack(options) {
  readTar(options.pack);
  check('manifest.json', () => {
    const { files: listed, ...more } = json('manifest.json');
    const found = [...files].map(([path, { size, sha256: sum }]) => ({ path, size, sha256: sum }));
    need(found.pop()?.path === 'manifest.json', 'it is not the last file');
    const other = found.find((file, i) => !same(file, listed[i])) ?? listed[found.length];
    need(!other && same(more, {}), `${other?.path} is not the file that it lists`);
    proven.push(`The ${found.length} files of the pack are whole`);
  });
  const [pack, packed] = [json('pack.json'), json('keys.json')];
  const { release, environment, log, size } = pack;
  need(pack.schema === SCHEMA, `this program verifies ${SCHEMA}. Use the one of the pack: it is of another version`);
  const isWhole = same(pack, { schema: SCHEMA, release, environment, log, size });
  need(isWhole && same(packed, { log: packed.log, verdicts: packed.verdicts }), 'pack.json or keys.json has more');
  const all = [...packed.log, ...options.own];
  const verdictKeys = [...packed.verdicts, ...options.own.filter((key) => key.startsWith('-----BEGIN'))];
  verifyLogs(pack, all);
  for (const path of pathsIn('entries'))
    for (const line of files.get(path).text.trimEnd().split('\n')) check(path, () => verifyEntry(parse(line), pack));
  check('the events of the release', () => verifyChain(pack));
  const { data, project: projectId } = about.get(`release/${release.id}`)?.find(({ data: one }) => one.commit) ?? {};
  const isCreated = data && same(release, { id: release.id, projectId, version: data.version, commit: data.commit });
  const why = entries[0]?.said ? 'it is older than the log' : 'its event was erased';
  if (!data) claimed.add(`The version and the commit of the release: ${why}`);
  check('pack.json', () => need(isCreated || !data, 'the release is not the one in the log'));
  each('evidence', (evidence, path) => {
    const [{ id, receivedSha256, storedSha256: sum }, document] = [evidence, `documents/${evidence.storedSha256}`];
    verifyRecord(evidence, path, 'evidence');
    const last = eventsAbout('evidence', id, sum).findLast(({ type }) => type !== 'evidence.retracted') ?? {};
    const file = named.add(document) && files.get(document);
    const isGone = !file && last.type === 'document.removed' && last.data.sha256 === sum;
    if (isGone) claimed.add(`${document} of evidence ${id}: gone by retention at ${last.time}, event ${last.id}`);
    need(isGone || file?.sha256 === sum, 'its document is missing or was changed');
    if (receivedSha256 !== sum) claimed.add(`What was received as evidence ${id}: its secrets were masked`);
  });
  const riskOf = (file) => digestOf(file.risk) === file.seen && { risk: file.risk };
  each('approvals', (file, path) => verifyRecord(file, path, 'approval', riskOf(file)));
  each('deployments', (file, path) => verifyRecord(file, path, 'deployment'));
  each('break-glass', (file, path) => verifyRecord(file, path, 'break-glass'));
  each('verdicts', (verdict, path) => verifyVerdict(verdict, path, release));
  verifyComplete(pack);
  each('attestations', (envelope, path) => verifyAttestation(envelope, path, verdictKeys));
  check('keys.json', () => verifyKeys(packed, options.keys && new Set(options.own)));
  if (options.keys) proven.push('The keys are those that you kept (--keys), or follow them');
  else claimed.add('The keys are those of the server. Use --keys with those that you kept');
  proven.push(`Attestations: ${pathsIn('attestations').length}. A key for verdicts signed each, and they say the same`);
  for (const path of options.checkpoint ?? [])
    check('--checkpoint', () => verifyOwnCheckpoint(path, all, options.proof));
  if (!grown.has(log)) claimed.add('The log was not rewritten before this pack. Use --checkpoint with one of yours');
  for (const path of problems.length > 0 ? [] : files.keys())
    check(path, () => need(named.has(path) || LISTED.test(path), 'nothing names this file'));
  claimed.add('README.txt, the verify.mjs of the pack, and proofs from checkpoints that you did not bring');
  claimed.add('Decisions are shown as they were made, and not made again. What happened later is not in the pack');
}
const USAGE = 'usage: node verify.mjs PACK.tar [--checkpoint FILE]... [--proof FILE]... [--keys FILE]...';
const list = (lines) => [...lines].map((line) => `  - ${plain(line)}\n`).join('');
try {
  const many = { type: 'string', multiple: true };
  const options = { checkpoint: many, proof: many, keys: many };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (positionals.length !== 1) throw new Unusable('give one pack');
  const keysOf = (one) => [...one.log, ...one.verdicts].map(({ vkey, publicKey }) => vkey ?? publicKey);
  const brought = { own: contents(values.keys).flatMap(keysOf), proof: contents(values.proof) };
  check('the pack', () => verifyPack({ ...values, ...brought, pack: positionals[0] }));
  const told = `VERIFIED\n${list(summary)}Not proven:\n${list(claimed)}Proven, in detail:\n${list(proven)}`;
  process.stdout.write(problems.length === 0 ? told : `REFUSED\n${list(problems)}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`verify.mjs: ${plain(error instanceof Error ? error.message : error)}\n${USAGE}\n`);
  process.exitCode = 2;
}
