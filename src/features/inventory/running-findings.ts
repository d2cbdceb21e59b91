import { type Page, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, type Order } from '../../contract/position.js';
import { type CallContext, query } from '../../database/context.js';
import type { Whereabouts } from './components.sql.js';
import type { FindingRow } from './findings.sql.js';
import type { ListRunningFindingsQuery } from './inventory.queries.js';
import { nestPlace } from './place.js';
import { type OneOfProject, selectRunningFindings } from './running-findings.sql.js';

const BY_PROJECT: Order = ['int', 'severity', 'uuid', 'int'];

/** Releases that one page looks at. */
const MAX_LOOKED_AT = 500;

/**
 * Releases of the first statement, whose rows are sorted. They fill most pages. If they do not, findings are rare, and
 * one more statement looks at all others.
 */
const FIRST = 25;

/** After all findings of a project. */
const endOf = (projectId: number) =>
  encodePosition([projectId, 'unknown', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 2_147_483_647]);

/**
 * A page of the findings of what runs, by project, then worst severity first. It looks at a bounded number of releases.
 * So it can be shorter than `limit`, or empty, and still have a next page.
 * @param runningFrom returns what runs of this project and the ones after it, at most so many, in the order of projects
 * @throws {AppError} `validation-failed`
 */
export async function runningFindings(
  context: CallContext,
  { limit, cursor, ...filter }: ListRunningFindingsQuery,
  runningFrom: (projectId: number, limit: number) => Promise<readonly OneOfProject[]>,
) {
  const position = decodePosition(BY_PROJECT, cursor);
  const releases = await runningFrom(Number(position?.[0] ?? 0), MAX_LOOKED_AT);
  const rows: (FindingRow & Whereabouts)[] = [];
  for (const some of [releases.slice(0, FIRST), releases.slice(FIRST)]) {
    if (some.length === 0 || rows.length > limit) break;
    const asked = { ...filter, limit: limit - rows.length };
    const { statement, values } = selectRunningFindings(some, asked, position);
    rows.push(...(await query<FindingRow & Whereabouts>(context, statement, values)));
  }
  const page = pageOf(rows, limit, ({ projectId, severity, evidenceId, ordinal }) =>
    encodePosition([projectId, severity, evidenceId, ordinal]),
  );
  const last = releases.length === MAX_LOOKED_AT ? releases.at(-1) : undefined;
  const next = page.next ?? (last && endOf(last.projectId));
  const items = page.items.map(nestPlace);
  return { items, ...(next !== undefined && { next }) } satisfies Page<(typeof items)[number]>;
}
