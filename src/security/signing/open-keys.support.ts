import { createInterface } from 'node:readline';
import { openKeys } from './keys.js';

/** A process that opens the keys in each folder that it reads from its input, and writes what it found. */
for await (const folder of createInterface({ input: process.stdin })) {
  const origin = `srp.invalid/${process.pid}`;
  const keys = await openKeys(folder, () => origin);
  process.stdout.write(`${JSON.stringify([keys.list(), await keys.lastSigned()])}\n`);
}
