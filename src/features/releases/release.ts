import { reachable } from '../../access/reachable.js';
import type { Scope } from '../../access/scopes.js';
import type { CallContext } from '../../database/context.js';
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
