import { pathToFileURL } from 'node:url';

/** Runs the program again and again in one process: each import of it is a fresh module with its own state. */
let count = 0;
process.on('message', async ({ program, args }) => {
  process.argv = [process.execPath, program, ...args];
  const { write } = process.stdout;
  const lines = [];
  process.stdout.write = (text) => lines.push(text) > 0;
  count += 1;
  await import(`${pathToFileURL(program)}?${count}`);
  process.stdout.write = write;
  const status = process.exitCode;
  process.exitCode = 0;
  process.send({ status, output: lines.join('') });
});
