import { sql } from './database.js';

export interface HoldingRow {
  verdict: string;
  decision: string;
  by: string;
}

/** What holds for a release in an environment. */
export async function holdingOf(release: string, environment = 'production') {
  const [row] = await sql<HoldingRow & Record<string, unknown>>(
    `SELECT verdict_id AS verdict, decision::text, decided_by AS by FROM release_decisions
      WHERE release_id = $1 AND environment = $2`,
    [release, environment],
  );
  return row;
}

interface DecisionEvent {
  type: string;
  verdict: string;
  actor: string;
  decision: string;
  before: string | null;
}

/** The events of decisions about a release, in the order in which they were recorded. */
export const decisionEvents = (release: string) =>
  sql<DecisionEvent & Record<string, unknown>>(
    `SELECT type, subject_id AS verdict, actor, data::jsonb ->> 'decision' AS decision,
            data::jsonb ->> 'before' AS before
       FROM events WHERE release_id = $1 AND type LIKE 'verdict.%' ORDER BY id`,
    [release],
  );
