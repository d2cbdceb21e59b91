import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api } from './api.js';
import { ROOT } from './application.js';
import { run } from './run-program.js';
import { Ended, say } from './terminal.js';

const VERIFY = 'src/features/attestations/verify.mjs';

/** A lie that fits into the place of the truth. */
const [TRUTH, LIE] = ['"decision":"deny"', '"decision":"okay"'];

function changed(pack: Buffer): Buffer {
  const at = pack.indexOf(TRUTH);
  if (at < 0) throw new Error(`the pack does not contain ${TRUTH}`);
  const copy = Buffer.from(pack);
  copy.write(LIE, at);
  return copy;
}

/** Runs the program of the pack, and shows the lines of its answer that matter. */
async function verify(file: string, expected: 0 | 1): Promise<void> {
  const args = [VERIFY, file];
  say.command(`node ${args.join(' ')}`);
  const { code, output } = await run(process.execPath, args, { cwd: ROOT, allowed: [0, 1] });
  if (code !== expected) throw new Ended(`verify.mjs ended with ${code}:\n${output}`);
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  for (const line of lines) {
    if (line === 'VERIFIED') say.good(line);
    else if (line === 'REFUSED') say.bad(line);
    else say.text(line);
  }
}

/** Downloads the audit pack of a denied release, verifies it, changes the decision in a copy, and verifies that. */
export async function auditPack(api: Api, release: string): Promise<void> {
  say.step('Can you prove it? The audit pack of 1.0.0');
  const { status, body, bytes } = await api.download(`/releases/${release}/audit-pack`);
  if (status === 409 && body.code === 'log-off') {
    say.text(`This server signs nothing. ${body.detail}`);
    return;
  }
  if (status !== 200) throw new Ended(`GET audit-pack: ${status}: ${body.detail}`);
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.cache/demo-pack-'));
  try {
    const [pack, copy] = [join(folder, 'pack.tar'), join(folder, 'changed.tar')];
    await writeFile(pack, bytes);
    say.text(
      'The program needs no server and no network: it computes every digest and proof itself.',
    );
    await verify(pack, 0);
    say.step(`The same, with ${TRUTH} changed to ${LIE}`);
    await writeFile(copy, changed(bytes));
    await verify(copy, 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
