import pg from 'pg';
import { encodePosition } from '../src/contract/position.js';
import { quiet } from './noise.js';

const REPEATS = 150;
const TURNS = 5;

/** A page of 100 projects whose response time is measured with few and with many projects. */
export interface Page {
  readonly name: string;
  /** Returns the address of the page in a database with so many rows. */
  address(url: string, rows: number): Promise<string>;
  /** Maximum ratio of the times with many and with few projects. */
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
  { name: 'q of 3 characters in many names', address: plain('q=pay'), goal: 3 },
  { name: 'q of a word in many names', address: plain('q=gateway'), goal: 3 },
  {
    name: 'q in one name',
    goal: 3,
    async address(url, rows) {
      const { key } = await one(url, `SELECT name AS key FROM projects WHERE id = ${rows / 2}`);
      return `/projects?limit=100&q=${key.split(' ').at(-1)}`;
    },
  },
];

/** Returns the median response time of sequential requests, in microseconds. */
async function medianUs(address: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i += 1) {
    const began = performance.now();
    const response = await fetch(address);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${address} was answered with ${response.status}`);
    times.push((performance.now() - began) * 1000);
  }
  times.sort((a, b) => a - b);
  return times[REPEATS / 2] ?? 0;
}

/**
 * Measures two addresses in turns, so that disturbances affect both. They only add, so the least median of each counts.
 * The first turn also fills the caches.
 */
export async function inTurns(addresses: readonly string[]): Promise<[number, number]> {
  const least = addresses.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn < TURNS; turn += 1) {
    await quiet();
    for (const [i, address] of addresses.entries())
      least[i] = Math.min(least[i] ?? 0, await medianUs(address));
  }
  const [few = 0, many = 0] = least;
  return [few, many];
}
