import { execFile } from 'node:child_process';
import { Ended } from './terminal.js';

/** What npm, Git and Vitest tell the programs that they start would mislead other ones of their kind. */
const MISLEADING =
  /^(?:npm_(?:package|lifecycle|config_local_prefix|config_prefix|command|execpath)|GIT_|VITEST|NODE_ENV$|FORCE_COLOR$)/;

const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !MISLEADING.test(name))),
  NO_COLOR: '1',
};

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 32 * 1024 * 1024;

/**
 * Runs a program to its end.
 * @param allowed exit codes that are no failure: linters and test runners end with 1 when they find something
 */
export function run(
  program: string,
  args: readonly string[],
  { cwd, allowed = [0] }: { cwd: string; allowed?: readonly number[] },
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT };
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      if (typeof code === 'number' && allowed.includes(code)) resolve({ code, output: stdout });
      else if (code === 'ENOENT') reject(new Ended(`${program} is not installed`));
      else
        reject(new Ended(`${program} ${args.join(' ')} ended with ${code}: ${stderr || stdout}`));
    });
  });
}
