import type pg from 'pg';
import { expect } from 'vitest';
import { type Answer, ask } from './answers.js';

/** What writers asked for and what they were answered, to be compared with what is stored. */
export class Ledger {
  readonly asked = new Set<string>();
  /** Names that were answered 201, with the id of that answer. */
  readonly acknowledged = new Map<string, unknown>();
  /** How often each status was answered; 0 stands for no answer. */
  readonly outcomes = new Map<number, number>();
  /** Answers that were given before. */
  replayed = 0;

  /** Asks once for a project of this name. */
  async create(url: string, name: string, headers: Record<string, string> = {}): Promise<Answer> {
    this.asked.add(name);
    const answer = await ask(`${url}/projects`, { method: 'POST', json: { name }, headers });
    if (answer.status === 201) this.acknowledged.set(name, answer.body.id);
    if (answer.headers.has('idempotency-replayed')) this.replayed += 1;
    this.outcomes.set(answer.status, (this.outcomes.get(answer.status) ?? 0) + 1);
    return answer;
  }

  /**
   * Everything acknowledged is there once, under the id that was answered, and nothing is there unasked.
   * @returns how many projects are there
   */
  async compare(client: pg.Client): Promise<number> {
    const { rows } = await client.query<{ id: number; name: string }>(
      'SELECT id, name FROM projects',
    );
    const stored = new Map(rows.map(({ id, name }) => [name, id]));
    expect(rows.length - stored.size, 'stored twice').toBe(0);
    const lost = [...this.acknowledged].filter(([name, id]) => stored.get(name) !== id);
    expect(lost, 'acknowledged, but not stored so').toEqual([]);
    const unasked = [...stored.keys()].filter((name) => !this.asked.has(name));
    expect(unasked, 'stored, but never asked for').toEqual([]);
    expect(new Set(this.acknowledged.values()).size, 'ids').toBe(this.acknowledged.size);
    return stored.size;
  }
}
