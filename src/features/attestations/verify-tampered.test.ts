import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Files, tarOf, withManifest } from './pack-archive.support.js';
import { newKeys } from './pack-keys.support.js';
import { uuid } from './pack-record.support.js';
import { changed, ENTRIES, pack, run, useVerifier, withLines } from './verify.support.js';

const VERDICT = `verdicts/${uuid(2)}.json`;
const { verifyFiles, verifyTar } = useVerifier();

describe('verify.mjs refuses', () => {
  const tampered: [string, () => Files, string][] = [
    [
      'a changed statement',
      () => changed(ENTRIES, (text) => text.replace('jenkins', 'mallory')),
      'was changed',
    ],
    [
      'a changed salt',
      () => changed(ENTRIES, (text) => text.replace(/"salt":"../, '"salt":"zz')),
      'was changed',
    ],
    [
      'a changed leaf',
      () =>
        changed(ENTRIES, (text) =>
          text.replace(/"leaf":"(.)/, (_, one) => `"leaf":"${one === '0' ? 1 : 0}`),
        ),
      'is not in the log',
    ],
    [
      'a changed index',
      () => changed(ENTRIES, (text) => text.replace('"index":1', '"index":2')),
      'is not in the log',
    ],
    [
      'an index outside the log',
      () => changed(ENTRIES, (text) => text.replace('"index":1', '"index":8')),
      'not a place',
    ],
    [
      'a missing event in the middle',
      () => withLines((lines) => lines.filter(({ sequence }) => sequence !== 3)),
      'event 3 is missing',
    ],
    [
      'a missing first event',
      () => withLines((lines) => lines.filter(({ sequence }) => sequence !== 1)),
      'event 1 is missing',
    ],
    [
      'events in another order',
      () => withLines(([a, b, ...rest]) => [b ?? {}, a ?? {}, ...rest]),
      'event 1 is missing',
    ],
    [
      'events with exchanged numbers',
      () => withLines(([a, b, ...rest]) => [{ ...b, sequence: 1 }, { ...a, sequence: 2 }, ...rest]),
      'of another event, release or place',
    ],
    [
      'an event twice',
      () => withLines((lines) => [...lines, ...lines.slice(2, 3)]),
      'event 6 is missing',
    ],
    [
      'an event of the release without a number',
      () =>
        withLines((lines) =>
          lines.map((line) => (line.sequence === 5 ? { ...line, sequence: null } : line)),
        ),
      'of another event, release or place',
    ],
    [
      'a missing event of a waiver',
      () => withLines((lines) => lines.filter(({ index }) => index !== 4)),
      'the log has no entry about waiver',
    ],
    [
      'a denial that became an allowance',
      () => changed(VERDICT, (text) => text.replace('"allow"', '"deny"')),
      'verdictHash',
    ],
    [
      'changed inputs',
      () => changed(VERDICT, (text) => text.replace('"1.4.0"', '"1.4.1"')),
      'inputsHash',
    ],
    [
      'a verdict without its hash',
      () => changed(VERDICT, (text) => text.replace(/,"verdictHash":"[^"]*"/, '')),
      `the verdictHash of verdict ${uuid(2)} was changed`,
    ],
    ['a missing verdict', () => without(VERDICT), 'the log has it, and the pack does not'],
    [
      'a missing deployment',
      () => without(`deployments/${uuid(5)}.json`),
      'the log has it, and the pack does not',
    ],
    [
      'a changed deployment',
      () => changed(`deployments/${uuid(5)}.json`, (text) => text.replace('production', 'staging')),
      'the environment of deployment',
    ],
    [
      'changed rules',
      () => changed('policies/baseline-1.json', (text) => text.replace('block', 'warn')),
      'the rules of policy baseline',
    ],
    ['a missing policy', () => without('policies/baseline-1.json'), 'is missing'],
    [
      'a changed reason of a waiver',
      () => changed(`waivers/${uuid(3)}.json`, (text) => text.replace('Not', 'Is')),
      'is not the one in the log',
    ],
    [
      'another approver of a waiver',
      () => changed(`waivers/${uuid(3)}.json`, (text) => text.replace('bob', 'eve')),
      'the approvedBy of waiver',
    ],
    [
      'a changed document',
      () => changed(document(), (text) => `${text} `),
      'its document is missing or was changed',
    ],
    ['a missing document', () => without(document()), 'its document is missing or was changed'],
    [
      'changed evidence',
      () =>
        changed(`evidence/${uuid(4)}.json`, (text) =>
          text.replace(/"storedSha256":"../, '"storedSha256":"00'),
        ),
      'the storedSha256 of evidence',
    ],
    [
      'a changed envelope',
      () => changed(envelope(), (text) => text.replace('"payload":"ey', '"payload":"fy')),
      'no key for verdicts signed it',
    ],
    [
      'an envelope of another verdict',
      () => moved(envelope(), `attestations/${uuid(7)}.verdict.dsse.json`),
      'its verdict is missing',
    ],
    [
      'a changed size',
      () => changed('pack.json', (text) => text.replace('"size":8', '"size":7')),
      'is not a checkpoint of size 7',
    ],
    [
      'another release',
      () => changed('pack.json', (text) => text.replace(uuid(1), uuid(9))),
      'is of another event, release or place',
    ],
    [
      'a changed checkpoint',
      () => changed('logs/1/checkpoint', (text) => text.replace('\n8\n', '\n9\n')),
      'no key of',
    ],
    ['a missing checkpoint', () => without('logs/1/checkpoint'), 'is not a checkpoint of size 8'],
    ['other keys', () => changed('keys.json', () => JSON.stringify(newKeys().packed)), 'no key of'],
    [
      'a file that does not belong to it',
      () => new Map(pack.files).set('notes.txt', ''),
      'notes.txt: nothing names this file',
    ],
    [
      'a file outside it',
      () => new Map(pack.files).set('logs/../x', ''),
      'nothing names this file',
    ],
  ];
  const document = () => [...pack.files.keys()].find((path) => path.startsWith('documents/')) ?? '';
  const envelope = () => `attestations/${uuid(2)}.verdict.dsse.json`;
  const without = (path: string) => new Map([...pack.files].filter(([name]) => name !== path));
  const moved = (from: string, to: string) => without(from).set(to, pack.files.get(from) ?? '');

  it.each(tampered)('%s', async (_, files, reason) => {
    const { status, text } = await verifyFiles(files());
    expect(text).toMatch(/^REFUSED\n/);
    expect(text).toContain(reason);
    expect(status).toBe(1);
  });

  const archives: [string, () => Buffer, string][] = [
    ['an archive that was cut', () => whole().subarray(0, -2048), 'is cut'],
    [
      'a byte that was changed',
      () =>
        Buffer.from(whole().toString('latin1').replace('<testsuite/>', '<testsuitf/>'), 'latin1'),
      'is not the file that it lists',
    ],
    [
      'data after the end',
      () => Buffer.concat([whole(), Buffer.from('x')]),
      'goes on after its end',
    ],
    ['no manifest', () => tarOf(pack.files), 'manifest.json is missing'],
    [
      'a manifest that is not the last file',
      () => tarOf(new Map([...withManifest(pack.files)].reverse())),
      'it is not the last file',
    ],
    [
      'a manifest that lists more',
      () => tarOf(listing('evidence/x')),
      'evidence/x is not the file that it lists',
    ],
    [
      'a link',
      () =>
        Buffer.from(
          whole()
            .toString('latin1')
            .replace(/^(.{156})0/s, '$12'),
          'latin1',
        ),
      'header of the archive is broken',
    ],
    ['something else', () => Buffer.from('not a tar'.repeat(100)), 'REFUSED'],
    ['nothing', () => Buffer.alloc(0), 'REFUSED'],
  ];
  const whole = () => tarOf(withManifest(pack.files));
  const listing = (path: string) => {
    const files = withManifest(pack.files);
    const manifest = JSON.parse(files.get('manifest.json') ?? '');
    return files.set('manifest.json', JSON.stringify({ files: [...manifest.files, { path }] }));
  };

  it.each(archives)('%s', async (_, tar, reason) => {
    const { status, text } = await verifyTar(tar());
    expect(text).toContain(reason);
    expect(status).toBe(1);
  });

  it.each([
    ['no pack', [], 'usage: node verify.mjs'],
    ['two packs', ['a', 'b'], 'usage: node verify.mjs'],
    ['an unknown option', ['a', '--trust'], 'usage: node verify.mjs'],
    ['a pack that does not exist', ['/nowhere/pack.tar'], 'ENOENT'],
    ['a folder', [tmpdir()], 'EISDIR'],
  ])('%s, with exit code 2', (_, options, reason) => {
    const { status, text } = run(...options);
    expect(text).toContain(reason);
    expect(status).toBe(2);
  });
});
