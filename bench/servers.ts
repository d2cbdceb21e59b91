import { type ChildProcess, fork, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const own = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export interface Usage {
  /** CPU time of the process since its start (user and system), microseconds. */
  readonly cpuUs: number;
  readonly rssBytes: number;
}

export interface Server {
  readonly url: string;
  /** From the start of the process to the first 200 of /health; milliseconds. */
  readonly startMs: number;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

function asked(child: ChildProcess): Promise<Usage> {
  return new Promise((resolve) => {
    child.once('message', (usage) => resolve(usage as Usage));
    child.send('usage');
  });
}

/** Finds a free port of 127.0.0.1. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function firstAnswer(url: string, ended: () => string | undefined): Promise<void> {
  for (;;) {
    const reason = ended();
    if (reason !== undefined) throw new Error(reason);
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    await sleep(2);
  }
}

/**
 * Starts a server in a process of its own, with the probe and without a request log.
 * @param hooks modules of this folder that are loaded before its code
 */
export async function startServer(
  file: string,
  env: Record<string, string>,
  ...hooks: string[]
): Promise<Server> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const child = fork(file, [], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: 'warn', ...env },
    execArgv: ['probe.mjs', ...hooks].flatMap((name) => ['--import', own(name)]),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await firstAnswer(`${url}/health`, () => (child.exitCode === null ? undefined : errors));
  return {
    url,
    startMs: performance.now() - began,
    usage: () => asked(child),
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

export interface Load {
  readonly total: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/** Sends requests from a separate process. */
export function runLoad(options: object): Promise<Load> {
  const child = spawn(process.execPath, ['bench/load.mjs', JSON.stringify(options)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`the load ended with ${code}`));
    });
  });
}
