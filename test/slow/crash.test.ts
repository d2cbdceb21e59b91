import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useEmbedded } from '../support/embedded.js';
import { Ledger } from '../support/ledger.js';
import { freePort } from '../support/ports.js';
import { stop } from '../support/process.js';

/** Processes are killed while many write: what was acknowledged stays, once. */
const embedded = useEmbedded();

const WRITERS = 8;
const KILLS = 10;
/** That many are acknowledged before each kill and after the last one. */
const WRITES = 25;
/** Far more than a restart takes. */
const MOST_TRIES = 15_000;

/** Writes until told to stop; `retry`: the same request again until it is acknowledged. */
async function write(
  ledger: Ledger,
  url: string,
  { writer, retry, signal }: { writer: number; retry: boolean; signal: AbortSignal },
): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    const name = `project ${n} of writer ${writer}`;
    const headers: Record<string, string> = retry ? { 'idempotency-key': `${writer}-${n}` } : {};
    for (let tries = retry ? MOST_TRIES : 1; tries > 0; tries--) {
      const { status } = await ledger.create(url, name, headers);
      if (status === 201) break;
      await sleep(20); // nobody listens just now
    }
  }
}

/** Waits until writing goes on. */
async function untilWritten({ acknowledged }: Ledger): Promise<void> {
  const before = acknowledged.size;
  await expect.poll(() => acknowledged.size - before, { interval: 10 }).toBeGreaterThan(WRITES);
}

/** Kills the server and PostgreSQL in turns, at a random moment of full speed. */
async function killInTurns(ledger: Ledger, start: () => ReturnType<typeof embedded.start>) {
  let server = await start();
  for (let kill = 0; kill < KILLS; kill++) {
    await untilWritten(ledger);
    await sleep(300 * Math.random());
    if (kill % 2 === 0) {
      await stop(server, 'SIGKILL');
      server = await start();
    } else {
      process.kill(await embedded.postmaster(), 'SIGKILL');
    }
  }
  await untilWritten(ledger);
  expect(server.child.exitCode).toBeNull(); // PostgreSQL's end was not its end
}

async function runCrashes({ retry }: { retry: boolean }): Promise<Ledger> {
  const ledger = new Ledger();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const stopping = new AbortController();
  const { signal } = stopping;
  const writers = Array.from({ length: WRITERS }, (_, writer) =>
    write(ledger, url, { writer, retry, signal }),
  );
  try {
    const start = () => embedded.start({ PORT: String(port), LOG_LEVEL: 'warn' });
    await killInTurns(ledger, start);
  } finally {
    stopping.abort();
    await Promise.all(writers);
  }
  return ledger;
}

describe('the server and PostgreSQL, killed ten times under load', () => {
  it('keep each write once if the client repeats it until it is acknowledged', async () => {
    const ledger = await runCrashes({ retry: true });
    const client = await embedded.connect();
    const stored = await ledger.compare(client);
    const { rows } = await client.query('SELECT count(*)::int AS keys FROM idempotency_keys');
    await client.end();
    console.log(
      `${stored} writes with a key, ${ledger.replayed} answered again; answers:`,
      Object.fromEntries(ledger.outcomes),
    );
    expect(ledger.acknowledged.size).toBe(ledger.requested.size);
    expect(stored).toBe(ledger.requested.size);
    expect(rows).toEqual([{ keys: stored }]);
    expect(stored).toBeGreaterThan(KILLS * WRITES);
    expect([0, 201, 409, 503]).toEqual(expect.arrayContaining([...ledger.outcomes.keys()]));
  });

  it('keep each acknowledged write once', async () => {
    const ledger = await runCrashes({ retry: false });
    const client = await embedded.connect();
    const stored = await ledger.compare(client);
    await client.end();
    const { requested, acknowledged, outcomes } = ledger;
    console.log(
      `${requested.size} writes without a key, ${acknowledged.size} acknowledged, ${stored} stored; answers:`,
      Object.fromEntries(outcomes),
    );
    expect(acknowledged.size).toBeGreaterThan(KILLS * WRITES);
    expect([0, 201, 503]).toEqual(expect.arrayContaining([...outcomes.keys()]));
  });
});
