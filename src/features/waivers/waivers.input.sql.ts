import { countingCondition } from './waiver-state.js';

/** Input of verdicts: the waivers that count for the release `r`, its own and those of its project. */
export const WAIVERS_INPUT = `(
  SELECT COALESCE(jsonb_agg(jsonb_build_object(
           'id', w.id, 'rule', w.rule, 'purl', w.purl, 'about', w.about, 'releaseId', w.release_id,
           'expiresAt', w.expires_at, 'approvedBy', w.approved_by, 'requestedBy', w.created_by)), '[]')
    FROM waivers w
   WHERE w.project_id = r.project_id AND (w.release_id IS NULL OR w.release_id = r.id) AND ${countingCondition('w')})`;
