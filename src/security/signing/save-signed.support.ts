import { openKeys } from './keys.js';
import { leafHash } from './merkle.js';

/** A process that saves one size after another, and writes each when it is saved, until it is killed. */
const keys = await openKeys(process.argv[2] ?? '', () => 'srp.invalid/0011223344556677');
for (let { size } = await keys.lastSigned(); ; ) {
  size += 1;
  const root = leafHash(Buffer.from(String(size)));
  await keys.saveSigned({ origin: keys.log.origin, size, root });
  process.stdout.write(`${size}\n`);
}
