import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import { nextPage } from './requests.js';

/** Collects all rows of a list. The URL must ask for pages of one row. */
export async function walkPages<Row>(
  app: FastifyInstance,
  url: string,
  headers: Record<string, string> = {},
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let next: string | undefined = url; next; ) {
    const page = await app.inject({ url: next, headers });
    expect(page.statusCode, page.body).toBe(200);
    expect(page.json()).toHaveLength(1);
    rows.push(...page.json());
    next = nextPage(page);
  }
  return rows;
}
