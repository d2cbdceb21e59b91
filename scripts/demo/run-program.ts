import { execFile } from 'node:child_process';
import { Ended } from './terminal.js';

/** Variables that npm, Git and Vitest set for programs that they start. They would change what the tools do. */
const MISLEADING =
  /^(?:npm_(?:package|lifecycle|config_local_prefix|config_prefix|command|execpath)|GIT_|VITEST|NODE_ENV$|FORCE_COLOR$)/;

const usual = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !MISLEADING.test(name))),
  NO_COLOR: '1',
};

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 32 * 1024 * 1024;

/**
 * Runs a program and waits for its end.
 * @param env Default: that of this program, without what misleads tools
 * @param allowed exit codes that are not failures: linters and test runners exit with 1 if they find something
 */
export function run(
  program: string,
  args: readonly string[],
  {
    cwd,
    allowed = [0],
    env = usual,
  }: { cwd: string; allowed?: readonly number[]; env?: NodeJS.ProcessEnv },
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT };
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      // A tool that finds something exits with 1 and prints it. One that fails prints only to stderr.
      const isDone = code === 0 || stdout.trim() !== '' || stderr.trim() === '';
      if (typeof code === 'number' && allowed.includes(code) && isDone)
        resolve({ code, output: stdout });
      else if (code === 'ENOENT') reject(new Ended(`${program} is not installed`));
      else
        reject(new Ended(`${program} ${args.join(' ')} exited with ${code}: ${stderr || stdout}`));
    });
  });
}
