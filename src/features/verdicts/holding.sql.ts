/**
 * Finds the stored verdict with the same inputs, and since when it holds. `$1`: release, `$2`: environment, `$3`: hash
 * of the inputs. `holding` is null if another verdict holds.
 */
export const FIND_VERDICT = {
  name: 'verdict-find',
  text: `SELECT v.id, v.decision, v.results, v.evaluated_at AS "evaluatedAt", v.created_by AS "createdBy",
                v.verdict_hash AS "verdictHash", held.decision AS holding, held.decided_at AS "decidedAt",
                held.decided_by AS "decidedBy"
           FROM verdicts v
           LEFT JOIN release_decisions held ON held.release_id = v.release_id AND held.environment = v.environment
                                           AND held.verdict_id = v.id
          WHERE v.release_id = $1 AND v.environment = $2 AND v.inputs_hash = $3`,
};

/** No row means that another request has stored the verdict of these inputs. */
export const INSERT_VERDICT = {
  name: 'verdict-insert',
  text: `INSERT INTO verdicts (id, project_id, release_id, environment, decision, engine, inputs_hash, inputs, results,
                               evaluated_at, created_by, verdict_hash)
         VALUES (uuid_v7(), $1, $2, $3, $4::decision, $5, $6, $7::jsonb, $8::jsonb, $9, $10, $11)
         ON CONFLICT (release_id, environment, inputs_hash) DO NOTHING RETURNING id`,
};

/**
 * Lets a verdict hold, and returns the one that held before. No row means that it holds already, or that what holds is
 * of a later snapshot and `$10` is false. `$10`: whether the inputs were the same after the turn was taken.
 */
export const HOLD_VERDICT = {
  name: 'verdict-hold',
  text: `WITH before AS (SELECT verdict_id FROM release_decisions WHERE release_id = $1 AND environment = $2)
         INSERT INTO release_decisions AS held (release_id, environment, project_id, verdict_id, decision, inputs_hash,
                                                snapshot, decided_at, decided_by)
         VALUES ($1, $2, $3, $4, $5::decision, $6, $7, $8, $9)
         ON CONFLICT (release_id, environment) DO UPDATE
            SET verdict_id = excluded.verdict_id, decision = excluded.decision, inputs_hash = excluded.inputs_hash,
                snapshot = excluded.snapshot, decided_at = excluded.decided_at, decided_by = excluded.decided_by
          WHERE (held.verdict_id, held.decision) <> (excluded.verdict_id, excluded.decision)
            AND ($10::boolean OR held.snapshot < excluded.snapshot)
         RETURNING (SELECT verdict_id FROM before) AS before`,
};

/** What holds for a release and an environment. */
export interface Holding {
  readonly verdictId: string;
  readonly decision: 'allow' | 'deny';
}

/** Finds what holds. `$1`: release, `$2`: environment. */
export const FIND_HOLDING = {
  name: 'verdict-holding',
  text: `SELECT verdict_id AS "verdictId", decision FROM release_decisions WHERE release_id = $1 AND environment = $2`,
};
