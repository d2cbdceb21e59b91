#!/usr/bin/env node
// Verifies an audit pack of the Secure Release Platform offline. One file, no dependency, Node.js 20 or later.
// usage: node verify.mjs pack.tar [--checkpoint FILE] [--consistency FILE] [--keys FILE]
// exit code: 0 verified, 1 refused (one line for each reason), 2 wrong usage, or something is missing to verify
import { createHash, createPublicKey, verify } from 'node:crypto';
import { fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { parseArgs } from 'node:util';

class Missing extends Error {} // exit code 2: says what to bring

const proven = [];
const claimed = [];
const refusals = [];
function check(condition, reason) {
  if (!condition) refusals.push(reason);
  return Boolean(condition);
}

// ---- Bytes

const sha256 = (...parts) =>
  parts.reduce((h, part) => h.update(part), createHash('sha256')).digest();
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const base64 = (text) => Buffer.from(text, 'base64');

/** Canonical JSON (RFC 8785): names in the order of UTF-16 code units, the rest as JSON.stringify writes it. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  return `{${names.sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)}}`;
}
const digestOf = (value) => hex(sha256(canonical(value)));

/** Reads a tar archive (POSIX ustar). Documents can be large: only their digest is kept. */
function readTar(path) {
  const archive = openSync(path);
  let at = 0;
  const take = (length) => {
    const bytes = Buffer.alloc(length);
    if (readSync(archive, bytes, 0, length, at) < length) throw new Error('the archive is cut');
    at += length;
    return bytes;
  };
  const files = [];
  for (let header = take(512); header.some((byte) => byte > 0); header = take(512)) {
    const name = header.toString('utf8', 0, 100).replace(/\0.*/s, '');
    const size = Number.parseInt(header.toString('latin1', 124, 136), 8);
    const hash = createHash('sha256');
    const kept = [];
    for (let left = size; left > 0; left -= Math.min(left, 1 << 20)) {
      const piece = take(Math.min(left, 1 << 20));
      hash.update(piece);
      if (!name.startsWith('documents/')) kept.push(piece);
    }
    files.push({
      path: name,
      size,
      sha256: hash.digest('hex'),
      text: Buffer.concat(kept).toString(),
    });
    take((512 - (size % 512)) % 512);
  }
  take(512);
  if (at !== fstatSync(archive).size) throw new Error('the archive has data after its end');
  return files;
}

// ---- The Merkle tree (RFC 6962, section 2.1)

const leafOf = (entry) => sha256(Buffer.of(0), entry);
const nodeOf = (left, right) => sha256(Buffer.of(1), left, right);
/** The largest power of two below the size: the leaves of the left half. */
const half = (size) => 2 ** Math.ceil(Math.log2(size) - 1);

/** The root that a proof of inclusion leads to. Throws if the proof has another length than such a tree asks for. */
function rootOf(index, size, leaf, proof) {
  if (size === 1 && index === 0 && proof.length === 0) return leaf;
  if (size <= 1 || proof.length === 0) throw new Error('the proof has a wrong length');
  const [rest, last] = [proof.slice(0, -1), proof.at(-1)];
  const left = half(size);
  if (index < left) return nodeOf(rootOf(index, left, leaf, rest), last);
  return nodeOf(last, rootOf(index - left, size - left, leaf, rest));
}

/** The roots of a tree and of its beginning, by a proof of consistency. `whole`: the beginning is a tree of its own. */
function rootsOf(from, to, proof, fromRoot, whole = true) {
  if (from === to) {
    if (proof.length !== (whole ? 0 : 1)) throw new Error('the proof has a wrong length');
    return whole ? [fromRoot, fromRoot] : [proof[0], proof[0]];
  }
  const [rest, last] = [proof.slice(0, -1), proof.at(-1)];
  const left = half(to);
  if (from <= left) {
    const [old, now] = rootsOf(from, left, rest, fromRoot, whole);
    return [old, nodeOf(now, last)];
  }
  const [old, now] = rootsOf(from - left, to - left, rest, fromRoot, false);
  return [nodeOf(last, old), nodeOf(last, now)];
}

/** The result of a check that throws if its input is not valid. */
function attempt(run) {
  try {
    return run();
  } catch {
    return undefined;
  }
}

// ---- Signatures

/** A key of a log (C2SP signed-note): `name+id+base64(type ‖ key)`. Type 1 is Ed25519. */
function readVkey(vkey) {
  const [, name, id, text] = /^(.+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ?? [];
  const bytes = base64(text ?? '');
  const keyId = sha256(`${name}\n`, bytes).subarray(0, 4);
  if (bytes.length !== 33 || bytes[0] !== 1 || hex(keyId) !== id)
    throw new Error(`the log key ${vkey} is not valid`);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') };
  return { name, keyId, key: createPublicKey({ key: jwk, format: 'jwk' }) };
}

/** Reads a checkpoint (C2SP tlog-checkpoint). `signed`: one of the keys signed it, under its own name. */
function openCheckpoint(note, keys, what) {
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
  const [origin, size, root] = text.split('\n');
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || base64(root ?? '').length !== 32)
    throw new Error(`${what} is not a checkpoint`);
  const signed = note.split('\n').some((line) => {
    const [, name, blob] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = base64(blob ?? '');
    const key = keys.find((one) => one.name === name && one.keyId.equals(bytes.subarray(0, 4)));
    return key && name === origin && verify(null, Buffer.from(text), key.key, bytes.subarray(4));
  });
  return { origin, size: Number(size), root: base64(root), signed };
}

/** The statement of an envelope (DSSE v1). undefined: no key signed it. */
function openEnvelope({ payload, payloadType: type, signatures }, keys) {
  const body = base64(payload);
  const start = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `;
  const bytes = Buffer.concat([Buffer.from(start), body]);
  const isSigned = signatures.some(({ sig }) =>
    keys.some(({ publicKey }) => verify('sha256', bytes, publicKey, base64(sig))),
  );
  return isSigned ? JSON.parse(body.toString()) : undefined;
}

// ---- The parts of a pack

function openPack(path) {
  const files = readTar(path);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const json = (name) => byPath.has(name) && JSON.parse(byPath.get(name).text);
  const found = files.slice(0, -1).map(({ text: _text, ...file }) => file);
  const named = files.at(-1)?.path === 'manifest.json' && json('manifest.json').files;
  check(named && canonical(named) === canonical(found), 'the files are not those of manifest.json');
  check(byPath.size === files.length, 'a file is there twice');
  const below = (folder) => files.filter((file) => file.path.startsWith(folder));
  return {
    json,
    below,
    digest: (name) => byPath.get(name)?.sha256,
  };
}

/** Each entry is committed to in the tree of its log. Adds what it says: undefined if it was erased. */
function openEntry({ log, index, event, sequence, salt, statement, leaf, proof }, logs) {
  const name = `entry ${index} of log ${log}`;
  const tree = logs.get(log);
  const root = attempt(() => rootOf(index, tree.size, Buffer.from(leaf, 'hex'), proof.map(base64)));
  check(root?.equals(tree.root), `${name} is not in the tree of the checkpoint`);
  if (statement === null) {
    claimed.push(`${name} was erased by the owner of the database: only its place is proven`);
    return { log, index, sequence, leaf };
  }
  const committed = hex(leafOf(sha256(Buffer.from(salt, 'hex'), statement)));
  check(committed === leaf, `${name} is not what was committed to: it was changed`);
  const said = JSON.parse(statement);
  check(said.id === event && said.sequence === sequence, `${name} has the line of another entry`);
  return { log, index, sequence, leaf, said };
}

/** The entries of the release are numbered from 1, and each names the leaf of the one before. */
function checkSequence(entries, { id }) {
  const own = entries.filter(
    ({ sequence, said }) => sequence !== null && (said?.release ?? id) === id,
  );
  own.forEach(({ sequence, said, log, index }, place) => {
    const before = own[place - 1];
    const follows = !said || said.previous === (before?.leaf ?? null);
    const isLater = !before || log > before.log || (log === before.log && index > before.index);
    check(
      sequence === place + 1 && follows && isLater,
      `the release has a gap or another order at its entry ${place + 1}`,
    );
  });
  check(own.length > 0, 'the pack has no entry of its release');
  proven.push(`the ${own.length} entries of the release are in the log, in order, without a gap`);
  if (own.at(-1)?.said?.type === 'audit-pack.issued') proven.push('no entry is missing at the end');
  else
    claimed.push(
      'that no entry of the release is missing at the end: the pack ends before its own entry',
    );
  return own;
}

/** The part of the inputs that `inputsHash` covers. */
function hashedInputs({ inputs, engine }) {
  const { evidence, policies, tooOld, ...rest } = inputs;
  const places = new Map(evidence.map(({ id }, place) => [id, place]));
  return {
    ...rest,
    engine,
    evidence: evidence.map(({ id: _id, ...content }) => content),
    policies: policies.map(({ rules: _rules, ...policy }) => policy),
    tooOld: tooOld.map((rule) => ({
      ...rule,
      evidence: rule.evidence.flatMap((id) => places.get(id) ?? []),
    })),
  };
}

/** The data of the entry of a type about a subject. Empty if the subject only has entries of other types. */
function recordedOf(statements, type, id, name) {
  const about = statements.filter(({ subject }) => subject.id === id);
  check(about.length > 0, `${name} has no entry in the log`);
  return about.find((one) => one.type === type)?.data ?? {};
}

function checkVerdict(verdict, statements) {
  const { id, releaseId, environment, engine, decision, results, inputsHash } = verdict;
  const name = `verdict ${id}`;
  check(digestOf(hashedInputs(verdict)) === inputsHash, `${name}: its inputs were changed`);
  const hash = digestOf({ releaseId, environment, inputsHash, engine, decision, results });
  check(hash === verdict.verdictHash, `${name}: its decision or results were changed`);
  const said = recordedOf(statements, 'verdict.decided', id, name);
  const same = said.verdictHash === undefined || said.verdictHash === hash;
  if (!check(same, `${name} is not the one of the log`)) return;
  if (said.verdictHash)
    proven.push(`${name}: ${decision} for ${environment}, with its inputs and results`);
  else claimed.push(`${name}: it is older than its digest in the log`);
}

/** The policies, waivers and documents by which a verdict was decided. */
function checkInputs({ id, inputs }, pack, statements) {
  for (const { name, version, sha256: digest } of inputs.policies) {
    const { rules } = pack.json(`policies/${name}-${version}.json`) || {};
    const same = digest === null || (rules && digestOf(rules) === digest);
    check(same, `verdict ${id}: policy ${name}, version ${version}, is missing or was changed`);
  }
  for (const { id: waiver } of inputs.waivers) {
    const name = `verdict ${id}: waiver ${waiver}`;
    const shown = pack.json(`waivers/${waiver}.json`) || {};
    const { createdAt: requestedAt, createdBy: requestedBy, projectId, releaseId, rule } = shown;
    const { about, purl, reason, expiresAt, approvedAt, approvedBy } = shown;
    const terms = { projectId, releaseId, rule, about, purl, reason, expiresAt };
    const request = { ...terms, requestedAt, requestedBy };
    const digest = digestOf({ id: waiver, ...request, approvedAt, approvedBy });
    const said = recordedOf(statements, 'waiver.approved', waiver, name).sha256 ?? digest;
    check(shown.id && said === digest, `${name} is missing, or is not the one that was approved`);
  }
  for (const { id: evidence, sha256: received, storedSha256: stored } of inputs.evidence) {
    const name = `verdict ${id}: evidence ${evidence}`;
    const found = pack.digest(`documents/${stored}`);
    check(found === stored, `${name}: its document is missing or was changed`);
    const { receivedSha256 = received, storedSha256 = stored } = recordedOf(
      statements,
      'evidence.received',
      evidence,
      name,
    );
    const same = receivedSha256 === received && storedSha256 === stored;
    check(same, `${name} is not the one of the log`);
    if (received !== stored) claimed.push(`${name}: secrets are masked in its document`);
  }
}

function checkAttestation({ path, text }, keys, verdicts) {
  const statement = openEnvelope(JSON.parse(text), keys);
  const verdict = verdicts.find(({ id }) => path.includes(id));
  if (!check(statement, `${path}: no key signed it`)) return;
  if (!check(verdict, `${path}: its verdict is missing`)) return;
  const artifacts = verdict.inputs.artifacts.flatMap((one) => [one.sha256, ...(one.digests ?? [])]);
  const isOurs = statement.subject.every(({ digest }) =>
    artifacts.some((one) => one.endsWith(digest.sha256)),
  );
  const { verificationResult, decision } = statement.predicate;
  const said = decision ?? (verificationResult === 'PASSED' ? 'allow' : 'deny');
  if (
    check(isOurs && said === verdict.decision, `${path}: it says something else than its verdict`)
  )
    proven.push(`${path}: the platform signed "${said}" for ${statement.subject.length} artifacts`);
}

/** The tree of the pack begins with the tree of the auditor's checkpoint. */
function checkEarlier({ origin, size, root }, logs, pack, brought) {
  const [number, now] = [...logs].find(([, log]) => log.origin === origin) ?? [];
  if (!check(now, `the pack has no entry of the log ${origin} of your checkpoint`)) return;
  if (size > now.size)
    throw new Missing(`your checkpoint is newer than the pack. Ask for a new pack`);
  const wanted = size > 0 && size < now.size;
  const { hashes } = !wanted
    ? { hashes: [] }
    : (brought ?? (pack.json(`logs/${number}/consistency-${size}.json`) || {}));
  if (!hashes)
    throw new Missing(
      `the pack has no proof for your checkpoint. Ask for a pack with from=${size}, or bring the answer of ` +
        `GET /log/consistency?from=${size}&to=${now.size} with --consistency`,
    );
  const roots =
    size === 0
      ? [root, now.root]
      : attempt(() => rootsOf(size, now.size, hashes.map(base64), root));
  const same = roots?.[0].equals(root) && roots[1].equals(now.root);
  if (check(same, `the log was changed since your checkpoint of ${size} entries`))
    proven.push(`the first ${size} entries of the log are those of your checkpoint`);
}

// ---- The program

const USAGE =
  'usage: node verify.mjs pack.tar [--checkpoint FILE] [--consistency FILE] [--keys FILE]';

function main() {
  const options = Object.fromEntries(
    ['checkpoint', 'consistency', 'keys'].map((name) => [name, { type: 'string' }]),
  );
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  if (positionals.length !== 1) throw new Missing(USAGE);
  const read = (name) => values[name] && readFileSync(values[name], 'utf8');
  const pack = openPack(positionals[0]);
  const { schema, release, environment, log, size } = pack.json('pack.json');
  if (schema !== 'srp-audit-pack/v1') throw new Error(`packs of the form ${schema} are not known`);

  const keys = values.keys ? JSON.parse(read('keys')) : pack.json('keys.json');
  if (values.keys) proven.push('the keys are those that you brought');
  else claimed.push('whose keys these are. Compare keys.json with GET /log/keys, or bring --keys');
  const logKeys = keys.log.map(({ vkey }) => readVkey(vkey));
  const logs = new Map();
  for (const { path, text } of pack
    .below('logs/')
    .filter((one) => one.path.endsWith('checkpoint'))) {
    const checkpoint = openCheckpoint(text, logKeys, path);
    check(checkpoint.signed, `${path}: none of the keys signed it`);
    logs.set(Number(path.split('/')[1]), checkpoint);
  }
  check(logs.get(log)?.size === size, 'the checkpoint has another size than the pack');
  if (values.checkpoint) {
    const earlier = openCheckpoint(read('checkpoint'), logKeys, values.checkpoint);
    const isOurs = check(earlier.signed, 'your checkpoint is signed by another key than the pack');
    if (isOurs)
      checkEarlier(earlier, logs, pack, values.consistency && JSON.parse(read('consistency')));
  } else claimed.push('that others saw the same log. Bring a checkpoint from before: --checkpoint');

  const text = pack.below('entries/').map((file) => file.text);
  const lines = text.join('').split('\n').filter(Boolean);
  const entries = lines.map((line) => openEntry(JSON.parse(line), logs));
  const own = checkSequence(entries, release);
  const statements = entries.flatMap(({ said }) => said ?? []);
  const verdicts = pack.below('verdicts/').map(({ text }) => JSON.parse(text));
  for (const verdict of verdicts) {
    check(verdict.releaseId === release.id, `verdict ${verdict.id} is of another release`);
    checkVerdict(verdict, statements);
    checkInputs(verdict, pack, statements);
  }
  const decided = own.flatMap(({ said }) => (said?.type === 'verdict.decided' ? said : []));
  for (const { subject, data } of decided) {
    const wanted = environment === null || data.environment === environment;
    const found = verdicts.some(({ id }) => id === subject.id);
    check(found || !wanted, `verdict ${subject.id} is in the log, but not in the pack`);
  }
  for (const file of pack.below('attestations/')) checkAttestation(file, keys.verdicts, verdicts);
  claimed.push('the decisions: they are shown as signed, and not decided again');
  claimed.push('times: they are those of the server');
  claimed.push(`what came after the first ${size} entries: it is not in the pack`);

  const list = (title, items) =>
    `\n${title}:\n${[...new Set(items)].map((item) => `  - ${item}\n`).join('')}`;
  const title = `release ${release.version} (${release.id}), log with ${size} entries\n`;
  const isRefused = refusals.length > 0;
  const body = isRefused
    ? list('REFUSED', refusals)
    : list('proven', proven) + list('only claimed', claimed);
  process.stdout.write(`${title}${body}${isRefused ? '' : '\nVERIFIED\n'}`);
  return isRefused ? 1 : 0;
}

try {
  process.exitCode = main();
} catch (error) {
  const asks =
    error instanceof Missing || /^(ERR_PARSE_ARGS|ENOENT|EACCES|EISDIR)/.test(error.code);
  const what = asks ? 'cannot verify' : 'REFUSED: the pack cannot be read';
  process.stderr.write(`${what}: ${error.message}\n`);
  process.exitCode = asks ? 2 : 1;
}
