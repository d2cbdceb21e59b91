import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { leafHash } from '../../security/signing/merkle.js';
import { newPack } from './pack.support.js';
import { tarOf, withManifest } from './pack-archive.support.js';
import { newKeys } from './pack-keys.support.js';
import { about, eventId, uuid } from './pack-record.support.js';
import { keys, PROGRAM, pack, useVerifier, withLines } from './verify.support.js';

const { file, verifyFiles } = useVerifier();

describe('verify.mjs', () => {
  it('is one readable file without dependencies', async () => {
    const text = await readFile(PROGRAM, 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(400);
    const imports = [...text.matchAll(/^import .* from '(.*)';$/gm)].map(([, from]) => from);
    expect(imports).toEqual(['node:crypto', 'node:fs', 'node:util']);
    expect(text).not.toMatch(/\b(?:require|fetch)\(|import\(/);
  });

  it('verifies a pack, and says in one sentence what is proven, then what is not', async () => {
    const { status, text } = await verifyFiles(pack.files);
    expect(text).toMatch(
      /^VERIFIED\n {2}- Version 1\.4\.0 \(commit 8f3c2a1b\) was allowed into production: decided at 2026-11-25T10:05:00\.000Z, asked for by "jenkins"\n {2}- Version 1\.4\.0 \(commit 8f3c2a1b\) was deployed to production: recorded, authorization unknown, at 2026-11-25T10:05:00\.000Z by "jenkins"\nNot proven:\n/,
    );
    expect(text).toContain('The 14 files of the pack are whole');
    expect(text).toContain('The checkpoint of srp.invalid/0011223344556677 at size 8 is signed');
    expect(text).toContain('The 5 events of the release follow each other without a gap');
    expect(text).toContain(
      'verdict.decided at 2026-11-25T10:05:00.000Z by "jenkins", 019ab02d-5c6e-7a1b-9c2d-000000000002, environment production, decision allow',
    );
    expect(text).toContain('Attestations: 2');
    const [, claimed = ''] = text.split(/Not proven:\n|Proven, in detail:\n/);
    expect(claimed).toContain('not made again');
    expect(claimed).toContain('Use --checkpoint');
    expect(claimed).toContain('Use --keys');
    expect(claimed).not.toContain('missing at the end');
    expect(status).toBe(0);
  });

  it('is the same for the same pack', () => {
    expect(tarOf(withManifest(pack.files))).toEqual(tarOf(withManifest(pack.files)));
  });

  it('verifies erased events by their place in the log, and says so', async () => {
    const data = { event: eventId(1), origin: keys.origin, index: 1, reasonSha256: 'a'.repeat(64) };
    const subject = { kind: 'log', id: keys.origin };
    const erasure = { type: 'log.erased', subject, release: null, data };
    const erased = await newPack(keys, { erased: 1, more: [erasure] });
    const { status, text } = await verifyFiles(erased.files);
    expect(text).toContain('Entry 1/1 was erased: its place in the log is proven');
    expect(text).toContain('VERIFIED');
    expect(status).toBe(0);
    for (const other of [
      [],
      [{ ...erasure, data: { ...data, index: 2 } }],
      [{ ...erasure, data: { ...data, origin: 'other.example' } }],
      [{ ...erasure, data: { ...data, event: eventId(2) } }],
    ]) {
      const forged = await newPack(keys, { erased: 1, more: other });
      expect((await verifyFiles(forged.files)).text).toContain(`event ${eventId(1)} is missing`);
    }
  });

  it('says that the end may be missing if the pack does not end with its own event', async () => {
    // The last event is audit-pack.issued.
    const files = withLines((lines) => lines.filter(({ sequence }) => sequence !== 5));
    const { status, text } = await verifyFiles(files);
    expect(text).toContain('No event of the release is missing at the end');
    expect(status).toBe(0);
  });

  it('says that the end may be missing if the log goes on after it', async () => {
    const other = about('release.sealed', 'release', uuid(9), {}, uuid(9));
    const { files } = await newPack(keys, { after: [other] });
    const { status, text } = await verifyFiles(files);
    expect(text).toContain('No event of the release is missing at the end');
    expect(status, text).toBe(0);
  });
});

describe('verify.mjs --checkpoint', () => {
  const verifyFrom = async (note: string, ...options: string[]) =>
    verifyFiles(pack.files, '--checkpoint', await file('checkpoint', note), ...options);

  it('proves that the log grew from an older checkpoint, with the proof in the pack', async () => {
    const { status, text } = await verifyFrom(await pack.checkpointAt(3));
    expect(text).toContain('has grown from your checkpoint of size 3');
    expect(status).toBe(0);
    expect((await verifyFrom(await pack.checkpointAt(8))).status).toBe(0);
    expect((await verifyFrom(await pack.checkpointAt(4))).text).toContain(
      `get /log/consistency?log=1&from=4&to=${pack.size} from the server`,
    );
    expect((await verifyFrom(await pack.checkpointAt(4))).status).toBe(2);
  });

  it('takes the proof from the answer of the server, if the pack does not have it', async () => {
    const note = await pack.checkpointAt(4);
    const proof = await pack.consistency(4);
    const brought = async (change: object) =>
      verifyFrom(note, '--proof', await file('proof', JSON.stringify({ ...proof, ...change })));
    const { status, text } = await brought({});
    expect(text).toContain('has grown from your checkpoint of size 4');
    expect(status).toBe(0);
    expect((await brought({ hashes: [`${'A'.repeat(43)}=`] })).status).toBe(1);
    expect((await brought({ hashes: proof.hashes.slice(1) })).status).toBe(1);
    for (const other of [{ from: 3 }, { to: 9 }, { origin: 'other' }])
      expect((await brought(other)).status).toBe(2);
  });

  it.each([
    ['"hashes":', '"other":'],
    ['{"from":3', '{"more":1,"from":3'],
  ])('refuses a proof in the pack with %s replaced by %s', async (from, to) => {
    const path = 'logs/1/consistency-3.json';
    const text = pack.files.get(path) ?? '';
    expect(text).toContain(from);
    const files = new Map(pack.files).set(path, text.replace(from, to));
    const note = await file('checkpoint', await pack.checkpointAt(3));
    expect((await verifyFiles(files, '--checkpoint', note)).status).toBe(1);
  });

  it('refuses a log that was rewritten', async () => {
    const root = leafHash(Buffer.from('other'));
    const old = await verifyFrom(keys.checkpoint(3, root));
    expect(old.text).toContain('the log was rewritten after the checkpoint');
    expect(old.status).toBe(1);
    const same = await verifyFrom(keys.checkpoint(8, root));
    expect(same.text).toContain('two trees of this size');
    expect(same.status).toBe(1);
  });

  it('refuses a checkpoint of another log or key, and asks for a newer pack', async () => {
    const other = newKeys('srp.invalid/other').checkpoint(3, leafHash(Buffer.from('other')));
    expect((await verifyFrom(other)).text).toContain('no key of srp.invalid/other signed');
    const newer = await verifyFrom(keys.checkpoint(9, leafHash(Buffer.from('x'))));
    expect(newer.text).toContain('Ask for a newer pack');
    expect(newer.status).toBe(2);
  });
});

describe('verify.mjs --keys', () => {
  const verifyWith = async (kept: object) =>
    verifyFiles(pack.files, '--keys', await file('keys', JSON.stringify(kept)));

  it('believes the keys that were kept', async () => {
    const { status, text } = await verifyWith(keys.json);
    expect(text).toContain('The keys are those that you kept');
    expect(status).toBe(0);
  });

  it('refuses a pack whose keys were exchanged', async () => {
    const { status, text } = await verifyWith(newKeys().json);
    expect(text).toContain('this key is not one of yours');
    expect(status).toBe(1);
  });
});
