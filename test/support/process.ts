import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const running = new Set<ChildProcess>();

/** What a failed test has not stopped must not outlive it. */
export function endPrograms(): void {
  for (const child of running) child.kill('SIGKILL');
}

export interface Program {
  readonly child: ChildProcess;
  /** Everything that it wrote so far. */
  output(): string;
  /** Resolves with what `pattern` found in the output; rejects when the program ends before. */
  saw(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code, or the name of the signal that ended it. */
  readonly exit: Promise<number | string | null>;
}

/** Runs a file of the build in a process of its own, with only `env` to configure it. */
export function runProgram(file: string, env: Record<string, string>, ...args: string[]): Program {
  const child = spawn(process.execPath, [join(ROOT, file), ...args], {
    cwd: tmpdir(), // where no .env of a developer is
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

/** Asks it to stop and waits for the end. */
export function stop(program: Program, signal: NodeJS.Signals = 'SIGTERM') {
  program.child.kill(signal);
  return program.exit;
}
