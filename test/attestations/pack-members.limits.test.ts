import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import {
  type Files,
  tarOf,
  withManifest,
} from '../../src/features/attestations/pack-archive.support.js';
import { buildTestApp, useApp } from '../support/app.js';
import { guardAsking, person, say, withdraw } from '../support/approvals.js';
import { acted, broken, REVIEW } from '../support/break-glass.js';
import { testDatabaseUrl } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { logApp } from '../support/log.js';
import { type Lie, liesOf } from '../support/members.js';
import { filesOf, packOf, shippedRelease, written } from '../support/packs.js';
import { verdictOf } from '../support/verdicts.js';

const people = useApp({ AUTH_MODE: 'token' });

/** The program in a process that stays: it is run for thousands of packs. */
function verifier() {
  const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path('../support/verify-many.mjs'));
  onTestFinished(() => void child.kill());
  const program = path('../../src/features/attestations/verify.mjs');
  return async (args: string[]): Promise<{ status: number; output: string }> => {
    const answer = once(child, 'message');
    child.send({ program, args });
    return (await answer)[0];
  };
}

/** A pack with a file of every kind, and what an auditor kept from before. */
async function wholePack() {
  const { app, settle } = await logApp();
  const { release } = await shippedRelease(app);
  await settle();
  const checkpoint = (await app.inject('/log/checkpoint')).body;
  const keys = await written((await app.inject('/log/keys')).body);
  await guardAsking(app);
  const guarded = await buildTestApp(testDatabaseUrl(), { AUTH_MODE: 'token' });
  const alice = await person();
  const no = await say(guarded, release.id, alice, { decision: 'reject', reason: 'Not now' });
  await withdraw(guarded, no.id, alice.headers);
  await say(guarded, release.id, alice);
  await guarded.close();
  await verdictOf(app, release.id, { environment: 'gate' });
  const force = { environment: 'staging', force: true };
  const { id: glass } = await broken(people.app, release.id, force);
  const { id: unused } = await broken(people.app, release.id, { environment: 'gate' });
  await verdictOf(app, release.id, { environment: 'staging' });
  await deployed(app, release.id, 'staging');
  await acted(people.app, glass, 'end', alice.headers);
  await acted(people.app, glass, 'review', (await person('carol')).headers, REVIEW);
  const from = checkpoint.split('\n')[1];
  const files = await filesOf(await packOf(app, release.id, `from=${from}`));
  files.delete('manifest.json');
  const args = ['--checkpoint', await written(checkpoint), '--keys', keys];
  return { files, args, unused, withdrawn: no.id };
}

/** Files that nothing proves, and why: docs/proof.md tells readers. */
const UNPROVEN: Readonly<Record<string, string>> = {
  'README.txt': 'it is for people, and no program reads it',
  'verify.mjs': 'a program cannot vouch for itself',
};

/** Each change of each file. */
function* allLies(files: Files): Generator<Lie & { path: string }> {
  const seen = new Set<string>();
  for (const [path, text] of files) {
    if (path in UNPROVEN) continue;
    yield { path, what: `${path}: one byte more`, text: `${text}x` };
    const file = path.replace(/[^/]+(?=\.json$)/, '*');
    if (path.endsWith('.json')) {
      const name = path.includes('/') ? file : path;
      for (const lie of liesOf(text, name, seen)) yield { path, ...lie };
    } else if (path.endsWith('.jsonl')) {
      const lines = text.trimEnd().split('\n');
      for (const [i, line] of lines.entries())
        for (const lie of liesOf(line, 'entries/*', seen))
          yield { path, what: lie.what, text: `${lines.with(i, lie.text).join('\n')}\n` };
    } else {
      const lines = text.split('\n');
      for (const [i, line] of lines.entries())
        yield { path, what: `${path}: line ${i}`, text: lines.with(i, `${line}a`).join('\n') };
    }
  }
}

it('verify.mjs refuses a pack in which any member of any file is another, is missing or was added', async () => {
  const { files, args, unused, withdrawn } = await wholePack();
  const run = verifier();
  const tar = await written('');
  const verify = async (changed: Files) => {
    await writeFile(tar, tarOf(withManifest(changed)));
    return run([tar, ...args]);
  };
  const { status, output } = await verify(files);
  expect(status, output).toBe(0);
  const folders = [...files.keys()].map((path) => path.split('/')[0]);
  expect(new Set(folders)).toEqual(
    new Set(
      `README.txt pack.json keys.json logs entries verdicts attestations policies waivers approvals break-glass
       deployments evidence documents verify.mjs`.split(/\s+/),
    ),
  );
  expect(files.has(`break-glass/${unused}.json`)).toBe(true);
  expect(output).toMatch(new RegExp(`approval.withdrawn at \\S+ by "alice", ${withdrawn}`));
  const believed: string[] = [];
  let count = 0;
  for (const { path, what, text } of allLies(files)) {
    count += 1;
    if ((await verify(new Map(files).set(path, text))).status !== 1) believed.push(what);
  }
  expect(believed).toEqual([]);
  expect(count).toBeGreaterThan(500);
}, 1_800_000);
