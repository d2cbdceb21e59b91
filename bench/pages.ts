import pg from 'pg';
import { encodePosition } from '../src/contract/position.js';

const REPEATS = 150;

/** What a page of 100 costs somebody who waits for it, with small and with many projects. */
export interface Page {
  readonly name: string;
  /** Address for a database of so many rows. */
  address(url: string, rows: number): Promise<string>;
  /** How many times the small one it may cost. */
  readonly goal: number;
}

async function one(url: string, text: string): Promise<{ id: number; key: string }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows[0];
}

const plain = (query: string) => async () => `/projects?limit=100&${query}`;

export const PAGES: readonly Page[] = [
  { name: 'first page, by id', address: plain('sort=id'), goal: 1.2 },
  { name: 'first page, newest', address: plain('sort=-createdAt'), goal: 1.2 },
  { name: 'first page of a status, by name', address: plain('status=active&sort=name'), goal: 1.2 },
  {
    name: 'page in the middle, by id',
    goal: 1.2,
    address: async (_url, rows) =>
      `/projects?limit=100&cursor=${encodePosition(['id', null, rows / 2])}`,
  },
  {
    name: 'page near the end, by name',
    goal: 1.2,
    async address(url, rows) {
      const { id, key } = await one(
        url,
        `SELECT id, left(name, 200) AS key FROM projects
          ORDER BY left(name, 200) COLLATE "C", id OFFSET ${rows - 150} LIMIT 1`,
      );
      return `/projects?limit=100&sort=name&cursor=${encodePosition(['name', key, id])}`;
    },
  },
  { name: 'q of 3 characters that many names have', address: plain('q=pay'), goal: 3 },
  { name: 'q of a word that many names have', address: plain('q=gateway'), goal: 3 },
  {
    name: 'q that one name has',
    goal: 3,
    async address(url, rows) {
      const { key } = await one(url, `SELECT name AS key FROM projects WHERE id = ${rows / 2}`);
      return `/projects?limit=100&q=${key.split(' ').at(-1)}`;
    },
  },
];

/** Median time of an answer, one request after the other; microseconds. */
export async function medianUs(address: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i += 1) {
    const began = performance.now();
    const response = await fetch(address);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${address} answered ${response.status}`);
    times.push((performance.now() - began) * 1000);
  }
  times.sort((a, b) => a - b);
  return times[REPEATS / 2] ?? 0;
}
