/** Verdict input: the release row `r`. */
export const RELEASE_INPUT = `jsonb_build_object(
    'id', r.id, 'projectId', r.project_id, 'version', r.version, 'commit', r.commit,
    'state', r.state, 'revokedReason', r.revoked_reason)`;

/** Verdict input: the artifacts of the release row `r`. */
export const ARTIFACTS_INPUT = `(
  SELECT COALESCE(jsonb_agg(jsonb_build_object('name', a.name, 'kind', a.kind,
           'sha256', a.sha256, 'digests', to_jsonb(a.digests), 'purl', a.purl)), '[]')
    FROM artifacts a WHERE a.release_id = r.id)`;
