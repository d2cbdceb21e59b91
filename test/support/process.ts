import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const running = new Set<ChildProcess>();

/** Ends programs that a failed test left running. */
export function endPrograms(): void {
  for (const child of running) child.kill('SIGKILL');
}

export interface Program {
  readonly child: ChildProcess;
  /** The output so far. */
  output(): string;
  /** Resolves with the first match of `pattern` in the output. Rejects if the program ends before. */
  saw(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code, or the name of the signal that ended the program. */
  readonly exit: Promise<number | string | null>;
}

/** Runs a built file in a separate process, configured only by `env`. */
export function runProgram(file: string, env: Record<string, string>, ...args: string[]): Program {
  return runCommand(process.execPath, [join(ROOT, file), ...args], env);
}

/** Runs a command in a separate process, configured only by `env`. */
export function runCommand(command: string, args: string[], env: Record<string, string>): Program {
  const child = spawn(command, args, {
    cwd: tmpdir(), // a folder without a developer's .env
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let text = '';
  const watchers = new Set<() => void>();
  const add = (chunk: Buffer) => {
    text += chunk.toString();
    for (const watch of watchers) watch();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  const exit = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal);
    });
  });
  return {
    child,
    exit,
    output: () => text,
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text);
          if (!found) return false;
          watchers.delete(look);
          resolve(found);
          return true;
        };
        watchers.add(look);
        look();
        void exit.then((code) => look() || reject(new Error(`ended with ${code}:\n${text}`)));
      }),
  };
}

/** Starts the server and waits until it listens. */
export async function startServer(env: Record<string, string>): Promise<Program & { url: string }> {
  const program = runProgram('dist/server.js', { PORT: '0', ...env });
  const [, url = ''] = await program.saw(/(?:listening at|API) +(http:\/\/[\w.:]+)/);
  return { ...program, url };
}

/** Sends a signal and waits for the end of the program. */
export function stop(program: Program, signal: NodeJS.Signals = 'SIGTERM') {
  program.child.kill(signal);
  return program.exit;
}
