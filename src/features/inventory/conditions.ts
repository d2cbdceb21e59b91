import type { Position } from '../../contract/position.js';

/** Builds the conditions of a SQL statement, and collects their bound values. */
export class Conditions {
  readonly #conditions: string[] = [];

  /** @param values the bound values of the statement, shared by all its conditions */
  constructor(readonly values: unknown[] = []) {}

  /** @returns `$1`, `$2` … */
  bind(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  add(condition: string): this {
    this.#conditions.push(condition);
    return this;
  }

  /** Adds "after this position". The row comparison lets PostgreSQL start reading the index there. */
  after(columns: readonly string[], position: Position | undefined): this {
    if (!position) return this;
    const values = position.map((value) => this.bind(value));
    return this.add(`(${columns.join(', ')}) > (${values.join(', ')})`);
  }

  toString(): string {
    return this.#conditions.join(' AND ');
  }
}

/**
 * Joins each row with its evidence. OFFSET prevents the planner from a merge join, which would read the index of all
 * evidence from its beginning.
 */
export const evidenceOf = (row: string, name = 'e') => `CROSS JOIN LATERAL (
  SELECT id, kind, label, artifact_sha256, received_sha256, may_absolve, created_at, last_received_at,
         superseded_at, retracted_at, summary
    FROM evidence WHERE evidence.id = ${row}.evidence_id OFFSET 0) ${name}`;
