import { getPriority, setPriority } from 'node:os';
import { snapshotApart } from '../../database/apart.js';
import { collectAll, fingerprintOf, hasEvidence, readRow } from './collect.js';
import { PACKED_COMPONENTS } from './facts.sql.js';
import { judge } from './judge.js';
import type { LargeAnswer, LargeTask } from './large-messages.js';
import { PackedComponents, TooManyRows } from './packed-components.js';

/** Reads all reports: the largest value of the parameter. */
const ALL = 2_147_483_647;
/** Components per batch, of which one is in the heap at a time. */
const BATCH_ROWS = 10_000;

/** On Linux a thread has its own priority, and this one yields to those of requests. Elsewhere a process has one. */
if (process.platform === 'linux') setPriority(Math.max(getPriority(), 10));

const failed = (error: unknown): LargeAnswer => {
  const { code, message } = error as { code?: unknown; message?: unknown };
  // query_canceled: the statement took longer than the time that was left.
  if (code === '57014') return { type: 'too-much', usedUp: 'time' };
  if (error instanceof TooManyRows) return { type: 'too-much', usedUp: 'memory' };
  if (typeof message !== 'string') throw error;
  return { type: 'failed', code: typeof code === 'string' ? code : '', message };
};

/**
 * Decides one question in a worker thread, as `collect` and `judge` do beside other requests, from one snapshot. Only
 * the result is sent back.
 */
export default async function work({
  question,
  connection,
  budget,
}: LargeTask): Promise<LargeAnswer> {
  const end = performance.now() + budget.timeMs;
  const leftMs = () => end - performance.now();
  try {
    const found = await snapshotApart(connection, leftMs, async ({ read, batches }) => {
      const row = await readRow(read, question, ALL);
      if (!row || !hasEvidence(row)) return undefined;
      const readComponents = async (releaseId: string) => {
        const components = new PackedComponents(budget.rowsMib * 1024 * 1024);
        const rows = batches<{ packed: string }>(PACKED_COMPONENTS, [releaseId], BATCH_ROWS);
        for await (const batch of rows) components.add(batch.map(({ packed }) => packed));
        return components;
      };
      const all = await collectAll(read, row, readComponents, question.isBrief);
      return { ...all, fingerprint: fingerprintOf(question, row) };
    });
    if (!found) return { type: 'missing' };
    const { collected, computed, fingerprint } = found;
    const judged = judge(collected, { budgetMs: Math.max(0, leftMs()), isBrief: question.isBrief });
    if (judged.timedOut) return { type: 'too-much', usedUp: 'time' };
    const inputs = new TextEncoder().encode(JSON.stringify(collected.inputs));
    return { type: 'judged', judged, inputs, computed, fingerprint };
  } catch (error) {
    return failed(error);
  }
}
