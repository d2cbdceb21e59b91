import { latestFirst } from './latest.sql.js';

// Conditions over a row `t`, the event `e` that created it, and its data `d`. `$1`: unreadable events.

/** A value of the latest event of a type about the same subject. Null: there is none. */
export const LATEST = (type: string, value: string) =>
  `(SELECT ${value} FROM events x WHERE x.subject_kind = e.subject_kind AND x.subject_id = e.subject_id
      AND x.type = '${type}' AND x.id <> ALL ($1::uuid[]) ORDER BY ${latestFirst('x')} LIMIT 1)`;
export const ACTOR = (type: string) => LATEST(type, 'x.actor');
/** The latest value of a member that later events change, or that of the first. */
export const CURRENT = (type: string, member: string) =>
  `COALESCE((SELECT x.data::jsonb -> '${member}' -> 'after' FROM events x
              WHERE x.subject_kind = e.subject_kind AND x.subject_id = e.subject_id AND x.type = '${type}'
                AND x.id <> ALL ($1::uuid[]) AND x.data::jsonb ? '${member}' ORDER BY ${latestFirst('x')} LIMIT 1),
            d -> '${member}')`;

/** The digest in the event of a review. */
export const REVIEWED = LATEST('break-glass.reviewed', `x.data::jsonb ->> 'reviewSha256'`);

export const same = (column: string, member: string) =>
  `${column} IS NOT DISTINCT FROM d ->> '${member}'`;
/** Events of earlier versions of the server do not have the member. */
export const sameIfThere = (column: string, member: string) =>
  `(NOT d ? '${member}' OR ${same(column, member)})`;
/** The text has the digest, in lower-case hexadecimal. */
export const sameText = (column: string, digest: string) =>
  `encode(sha256(convert_to(${column}, 'UTF8')), 'hex') IS NOT DISTINCT FROM ${digest}`;
/** The review of a break-glass as canonical JSON. */
export const REVIEW = `'{"actions":' || to_json(t.actions) || ',"by":' || to_json(t.reviewed_by) ||
  ',"finding":' || to_json(t.finding) || '}'`;
/** Projects of a token, an issuer, a window or a stop. */
export const PROJECTS = `
  CASE WHEN t.every_project THEN 'null'::jsonb ELSE to_jsonb(t.project_ids) END = d -> 'projects'`;
/** A list of scopes and the projects of a token or an issuer. */
export const GRANT = `to_jsonb(t.scopes) = d -> 'scopes' AND ${PROJECTS}`;

export const NO_PROJECT = 'NULL::int';
