import type pg from 'pg';
import { expect } from 'vitest';
import { type Answer, ask } from './answers.js';

/** Records requests of writers and their responses, to compare them with the stored rows. */
export class Ledger {
  readonly requested = new Set<string>();
  /** Names of projects that were created (201), with the id in the response. */
  readonly acknowledged = new Map<string, unknown>();
  /** Number of responses per status. 0 stands for no response. */
  readonly outcomes = new Map<number, number>();
  /** Number of replayed responses. */
  replayed = 0;

  /** Sends one request to create a project. */
  async create(url: string, name: string, headers: Record<string, string> = {}): Promise<Answer> {
    this.requested.add(name);
    const answer = await ask(`${url}/projects`, { method: 'POST', json: { name }, headers });
    if (answer.status === 201) this.acknowledged.set(name, answer.body.id);
    if (answer.headers.has('idempotency-replayed')) this.replayed += 1;
    this.outcomes.set(answer.status, (this.outcomes.get(answer.status) ?? 0) + 1);
    return answer;
  }

  /**
   * Expects that each acknowledged project is stored once, with the acknowledged id, and that no other project is
   * stored.
   * @returns the number of stored projects
   */
  async compare(client: pg.Client): Promise<number> {
    const { rows } = await client.query<{ id: number; name: string }>(
      'SELECT id, name FROM projects',
    );
    const stored = new Map(rows.map(({ id, name }) => [name, id]));
    expect(rows.length - stored.size, 'stored twice').toBe(0);
    const lost = [...this.acknowledged].filter(([name, id]) => stored.get(name) !== id);
    expect(lost, 'acknowledged, but not stored with this id').toEqual([]);
    const unrequested = [...stored.keys()].filter((name) => !this.requested.has(name));
    expect(unrequested, 'stored, but not requested').toEqual([]);
    expect(new Set(this.acknowledged.values()).size, 'ids').toBe(this.acknowledged.size);
    return stored.size;
  }
}
