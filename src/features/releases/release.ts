import { reachable } from '../../access/reachable.js';
import type { Scope } from '../../access/scopes.js';
import { type CallContext, query } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import type { Release as ReleaseRow } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';

/** The release as the API returns it. */
export type Release = Omit<ReleaseRow, 'links'> & { links: { title: string; url: string }[] };

export const releaseNotFound = () => new AppError('release-not-found', 'Release not found');

export const toRelease = (row: ReleaseRow) => ({
  ...row,
  links: fromJson<Release['links']>(row.links),
});

/** A release, and when it was asked for, by the clock of the database. */
export interface ReleaseRef {
  readonly id: string;
  readonly projectId: number;
  readonly now: Date;
  readonly commit: string;
}

/** The project of a release. `$1`: the release. */
const FIND_PROJECT = {
  name: 'release-project',
  text: 'SELECT id, project_id AS "projectId", now() AS now, commit FROM releases WHERE id = $1::uuid',
};

/**
 * The id and project of a release that the caller may reach with the scope, for routes that need no more of it. It
 * does not use Prisma, whose part of a call of the gate would be larger than that of the rules.
 * @throws {AppError} `release-not-found`
 */
export async function requireReleaseRef(
  context: CallContext,
  scope: Scope,
  id: string,
): Promise<ReleaseRef> {
  const [row] = await query<ReleaseRef>(context, FIND_PROJECT, [id]);
  return reachable(row ?? null, context.caller, scope, releaseNotFound);
}

/**
 * Finds a release that the caller may reach with the scope. A release out of reach is reported as missing.
 * @throws {AppError} `release-not-found`
 */
export async function requireRelease(
  { caller, prisma }: CallContext,
  scope: Scope,
  id: string,
): Promise<Release> {
  const row = await prisma.release.findUnique({ where: { id: id.toLowerCase() } });
  return toRelease(reachable(row, caller, scope, releaseNotFound));
}
