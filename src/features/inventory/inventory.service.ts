import { projectsFor } from '../../access/caller.js';
import { mapPage, type Page, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, type Order } from '../../contract/position.js';
import { requirePurl } from '../../contract/purl.js';
import { type CallContext, query } from '../../database/context.js';
import { invalidAt } from '../../shared/app-error.js';
import { fairShare } from '../../shared/fair-share.js';
import { isMistyped, normalizeId } from '../../vocabulary/vulnerability-ids.js';
import { requireReleaseRef } from '../releases/index.js';
import {
  type ComponentRow,
  searchComponents,
  selectComponents,
  type Whereabouts,
} from './components.sql.js';
import { diffReleases } from './diff.js';
import { type FindingRow, SELECT_ALIASES, searchFindings, selectFindings } from './findings.sql.js';
import type {
  ListComponentsQuery,
  ListFindingsQuery,
  SearchComponentsQuery,
  SearchFindingsQuery,
} from './inventory.queries.js';
import { nestPlace } from './place.js';
import { summarizeRelease } from './summary.js';

const IN_RELEASE: Order = ['uuid', 'int'];
const BY_SEVERITY: Order = ['severity', 'uuid', 'int'];
/** Fewer than the default of ten database connections, so that other requests still get one. */
const HEAVY = { total: 4, timeoutMs: 15_000 };

const EVERYWHERE: Order = ['int', 'uuid', 'int'];

/** A page of rows from several projects. */
function pageEverywhere<Row extends Whereabouts & { evidenceId: string; ordinal: number }>(
  rows: Row[],
  limit: number,
) {
  const cursorOf = ({ projectId, evidenceId, ordinal }: Row) =>
    encodePosition([projectId, evidenceId, ordinal]);
  return mapPage(pageOf(rows, limit, cursorOf), nestPlace);
}

export type InventoryService = ReturnType<typeof inventoryService>;

/** Reads components and findings of current evidence. */
export function inventoryService() {
  const heavy = fairShare({ ...HEAVY, busy: 'Too many releases are being summarized or compared' });
  /** Limits how many requests read all rows of a release at the same time. */
  async function inTurn<Result>({ caller }: CallContext, work: () => Promise<Result>) {
    const turn = await heavy.take(1, caller.credential);
    return work().finally(turn.giveBack);
  }

  /** A rule with its aliases in the projects that the caller may read. */
  async function idsOf(
    context: CallContext,
    rule: string,
    among: readonly number[] | null,
  ): Promise<string[]> {
    const id = normalizeId(rule);
    const rows = await query<{ id: string }>(context, SELECT_ALIASES, [id, among]);
    return [id, ...rows.map((row) => row.id)];
  }

  return {
    /** @throws {AppError} `release-not-found`, `validation-failed` */
    async components(
      context: CallContext,
      releaseId: string,
      request: ListComponentsQuery,
    ): Promise<Page<ComponentRow>> {
      const purl = request.purl === undefined ? undefined : requirePurl('query', request.purl);
      const position = decodePosition(IN_RELEASE, request.cursor);
      await requireReleaseRef(context, 'evidence:read', releaseId);
      const { statement, values } = selectComponents(releaseId, request, purl, position);
      const rows = await query<ComponentRow>(context, statement, values);
      return pageOf(rows, request.limit, ({ evidenceId, ordinal }) =>
        encodePosition([evidenceId, ordinal]),
      );
    },

    /** Lists findings, worst severity first. @throws {AppError} `release-not-found`, `validation-failed` */
    async findings(
      context: CallContext,
      releaseId: string,
      request: ListFindingsQuery,
    ): Promise<Page<FindingRow>> {
      const purl = request.purl === undefined ? undefined : requirePurl('query', request.purl);
      const position = decodePosition(BY_SEVERITY, request.cursor);
      const { projectId } = await requireReleaseRef(context, 'evidence:read', releaseId);
      const { rule, limit } = request;
      const rules = rule === undefined ? undefined : await idsOf(context, rule, [projectId]);
      const { statement, values } = selectFindings(releaseId, request, rules, purl, position);
      const rows = await query<FindingRow>(context, statement, values);
      return pageOf(rows, limit, ({ severity, evidenceId, ordinal }) =>
        encodePosition([severity, evidenceId, ordinal]),
      );
    },

    /** @throws {AppError} `release-not-found` */
    summary(context: CallContext, releaseId: string) {
      return inTurn(context, () => summarizeRelease(context, releaseId));
    },

    /** @throws {AppError} `release-not-found` */
    diff(context: CallContext, releases: readonly [string, string], limit: number) {
      return inTurn(context, () => diffReleases(context, releases, limit));
    },

    /** Finds the releases that have a package. @throws {AppError} `validation-failed` */
    async findComponents(context: CallContext, { purl, limit, cursor }: SearchComponentsQuery) {
      const package_ = requirePurl('query', purl);
      const position = decodePosition(EVERYWHERE, cursor);
      const among = projectsFor(context.caller, 'evidence:read');
      const { statement, values } = searchComponents(package_, limit, position, among);
      const rows = await query<ComponentRow & Whereabouts>(context, statement, values);
      return pageEverywhere(rows, limit);
    },

    /** Finds the releases that have a vulnerability, by any of its ids. @throws {AppError} `validation-failed` */
    async findFindings(context: CallContext, { cve, limit, cursor }: SearchFindingsQuery) {
      if (isMistyped(cve)) {
        const message =
          'is not a valid CVE or GHSA id, such as CVE-2021-44228 or GHSA-jfh8-c2jp-5v3q';
        throw invalidAt('query', '/cve', message);
      }
      const position = decodePosition(EVERYWHERE, cursor);
      const among = projectsFor(context.caller, 'evidence:read');
      const ids = await idsOf(context, cve, among);
      const { statement, values } = searchFindings(ids, limit, position, among);
      const rows = await query<FindingRow & Whereabouts>(context, statement, values);
      return pageEverywhere(rows, limit);
    },
  };
}
