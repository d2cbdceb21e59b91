import { expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';

useApp();

it('ids of events have the time and version of RFC 9562, and the order in which they were made', async () => {
  // One statement makes them within a few milliseconds.
  const rows = await sql<{ id: string; late: number }>(
    `SELECT id, extract(epoch FROM clock_timestamp()) * 1000
                - ('x' || lpad(left(replace(id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint AS late
       FROM (SELECT uuid_v7() AS id, pg_sleep(0.00001) FROM generate_series(1, 500) OFFSET 0) made`,
  );
  const ids = rows.map(({ id }) => id);
  expect(ids).toEqual(ids.toSorted());
  for (const { id, late } of rows) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Math.abs(Number(late))).toBeLessThan(60_000);
  }
});
