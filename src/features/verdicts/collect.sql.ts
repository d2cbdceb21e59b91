import type { Statement } from '../../database/sql.js';
import { isFree } from '../../database/turns.js';
import type { VerdictInputs } from '../../engine/index.js';
import { APPROVALS_INPUT } from '../approvals/index.js';
import { BREAK_GLASS_INPUT, REVIEWS_INPUT } from '../break-glass/index.js';
import {
  AFTER_INPUT,
  ENVIRONMENT_INPUT,
  ROLLBACK_INPUT,
  RUNNING_INPUT,
  RUNS_INPUT,
  STAYS_INPUT,
  STOPS_INPUT,
  WINDOWS_INPUT,
} from '../environments/index.js';
import { EVIDENCE_INPUT } from '../evidence/index.js';
import { policiesInput } from '../policies/index.js';
import { ARTIFACTS_INPUT, RELEASE_INPUT } from '../releases/index.js';
import { WAIVERS_INPUT } from '../waivers/index.js';

/** What a question asks besides what every question asks. Their plans alone would cost each of the others a tenth. */
export interface Asked {
  /** Whether it names versions of policies. */
  readonly versions: boolean;
  /** Whether it is about a rollback. */
  readonly rollback: boolean;
}

/** Each feature provides its inputs of a verdict as SQL about the release `r` and the environment `n`. */
const inputsFor = ({
  versions,
  rollback,
}: Asked): Readonly<Record<Exclude<keyof VerdictInputs, 'tooOld' | 'breakGlassVoid'>, string>> => ({
  release: RELEASE_INPUT,
  environment: ENVIRONMENT_INPUT,
  artifacts: ARTIFACTS_INPUT,
  // Evidence of too many reports is left out: its JSON alone takes too long to read beside other requests.
  evidence: `CASE WHEN COALESCE(f.reports, 0) <= $4::int THEN ${EVIDENCE_INPUT} END`,
  policies: policiesInput(versions ? '$5' : undefined),
  waivers: WAIVERS_INPUT,
  running: RUNNING_INPUT,
  unauthorized: RUNS_INPUT,
  windows: WINDOWS_INPUT,
  stops: STOPS_INPUT,
  rollback: rollback ? ROLLBACK_INPUT : 'NULL',
  after: AFTER_INPUT,
  promoted: STAYS_INPUT,
  approvals: APPROVALS_INPUT,
  breakGlass: BREAK_GLASS_INPUT,
  reviews: REVIEWS_INPUT,
});

const columnsFor = (asked: Asked) =>
  Object.entries(inputsFor(asked)).map(([name, select]) => `${select} AS "${name}"`);

/** Turns of those who change what holds for a release and an environment. */
export const turnOf = (releaseId: string, environment: string) =>
  ['decision', releaseId, environment] as const;

/** The same as SQL. Neither an id nor the name of an environment needs to be escaped in JSON. */
const TURN = `'["decision","' || r.id || '","' || n.name || '"]'`;

const collectFor = (asked: Asked): Statement => ({
  name: `verdict-collect${asked.versions ? '-versions' : ''}${asked.rollback ? '-rollback' : ''}`,
  text: `
    SELECT ${columnsFor(asked).join(',\n')},
           now() AS "evaluatedAt",
           CASE WHEN f.facts_of = f.changes AND f.facts_engine = $3 THEN f.facts END AS facts,
           f.changes::text AS changes, COALESCE(f.row_count, 0)::float8 AS "rowCount",
           ${isFree(TURN)} AS "isSettled"
      FROM releases r
      JOIN environments n ON n.name = $2
      LEFT JOIN release_facts f ON f.release_id = r.id
     WHERE r.id = $1`,
});

const both = [false, true];
const STATEMENTS = both.flatMap((versions) =>
  both.map((rollback) => [`${versions}/${rollback}`, collectFor({ versions, rollback })] as const),
);
const BY_ASKED: ReadonlyMap<string, Statement> = new Map(STATEMENTS);

/**
 * Reads the inputs of a verdict in one statement, and so in one snapshot. Facts that only some rules need are read
 * later. `$1`: release, `$2`: environment, `$3`: version of the engine, `$4`: maximum number of reports, `$5`: with
 * `versions`, the policy versions to evaluate instead (`{name: version}`). `evidence` is null if there are more
 * reports. No row means that the release or the environment does not exist.
 */
export function collectStatement({ versions, rollback }: Asked): Statement {
  return BY_ASKED.get(`${versions}/${rollback}`) ?? collectFor({ versions, rollback });
}

/** Maximum number of releases of one assertion: a common artifact can be in any number of releases. */
export const MAX_RELEASES = 100;

const findReleases = (which: string) =>
  `SELECT a.release_id AS id, a.project_id AS "projectId", p.name AS "projectName"
     FROM (SELECT release_id, project_id FROM artifacts WHERE sha256 = $1 ${which}
            ORDER BY release_id LIMIT ${MAX_RELEASES + 1}) a JOIN projects p ON p.id = a.project_id
    ORDER BY a.release_id`;

/** Releases that contain an artifact. `$1`: its digest. */
export const FIND_RELEASES = { name: 'verdict-releases', text: findReleases('') };

/**
 * The same among projects (`$2`). A statement of its own, because the plan of a statement with an optional condition
 * reads the releases of all projects.
 */
export const FIND_RELEASES_AMONG = {
  name: 'verdict-releases-among',
  text: findReleases('AND project_id = ANY ($2::int[])'),
};
