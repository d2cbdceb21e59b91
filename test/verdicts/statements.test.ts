import pg from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { useApp } from '../support/app.js';
import { trivy } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { assertRelease, evidenceOfAll, guard, verdictOf } from '../support/verdicts.js';

/** The statements of the gate, because pipelines call it more often than any other route. */

const context = useApp();
let release: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await evidenceOfAll(context.app, release);
});

/** The statements during `work`: the names of those of verdicts and facts, the first word of all others. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const { query } = pg.Client.prototype;
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  spy.mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [config] = args;
    const { name = '', text = '' } =
      typeof config === 'string' ? { text: config } : (config as pg.QueryConfig);
    seen.push(
      /^(verdict|facts|take|events)-/.test(name) ? name : (text.trim().split(/\s/)[0] ?? ''),
    );
    return Reflect.apply(query, this, args);
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return seen;
}

const gate = async () => {
  const { statusCode, body } = await assertRelease(context.app, { release });
  expect(statusCode, body).toBe(200);
};
const FAST = ['verdict-collect', 'verdict-find'];
/** The statements that store a verdict, let it hold, and store its event, in its turn. */
const TURN = ['BEGIN', 'take-turn', 'verdict-collect'];
const STORED = [...TURN, 'verdict-insert', 'verdict-hold', 'events-insert-verdict', 'COMMIT'];

describe('GET /assert', () => {
  it('needs two statements if nothing has changed: the inputs with the release, and the verdict', async () => {
    await gate();
    expect(await statementsOf(gate)).toEqual(FAST);
  });

  it('stores that a known verdict holds again, without the verdict', async () => {
    await gate();
    const more = await uploaded(context.app, release, trivy({}), { label: 'other' });
    expect((await assertRelease(context.app, { release })).statusCode).toBe(409);
    await retract(context.app, more.id);
    await verdictOf(context.app, release, { dryRun: true }); // adds up the findings
    const held = [...TURN, 'verdict-hold', 'events-insert', 'COMMIT'];
    expect(await statementsOf(gate)).toEqual([...FAST, ...held]);
    expect(await statementsOf(gate)).toEqual(FAST);
  });

  it('stores a new verdict and its event in one transaction', async () => {
    await verdictOf(context.app, release, { dryRun: true }); // adds up the findings
    expect(await statementsOf(gate)).toEqual([...FAST, ...STORED]);
  });

  it('needs one more snapshot after a change', async () => {
    expect(await statementsOf(gate)).toEqual([
      'verdict-collect',
      'BEGIN',
      'verdict-collect',
      'facts-compute',
      'COMMIT',
      'BEGIN',
      'facts-store',
      'COMMIT',
      'verdict-find',
      ...STORED,
    ]);
  });

  it('reads what people saw, and what rules count, only for a rule that asks for approvals', async () => {
    const limit = { rule: 'max-findings', severity: 'high' };
    await guard(context.app, [limit, { rule: 'approvals' }]);
    const ask = () => assertRelease(context.app, { release, environment: 'gate' });
    expect((await ask()).statusCode).toBe(409);
    const needed = ['verdict-collect', 'BEGIN', 'verdict-collect', 'facts-counted'];
    // Without a request that is open, the gate would make one.
    expect(await statementsOf(ask)).toEqual([...needed, 'COMMIT', 'verdict-find', 'SELECT']);
  });

  it('reads only the facts that the rules need', async () => {
    await guard(context.app, [{ rule: 'licences', allow: ['MIT'] }]);
    await gate();
    const ask = () => assertRelease(context.app, { release, environment: 'gate' });
    await ask();
    expect(await statementsOf(ask)).toEqual([
      'verdict-collect',
      'BEGIN',
      'verdict-collect',
      'facts-components',
      'COMMIT',
      'verdict-find',
    ]);
  });
});
