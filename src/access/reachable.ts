import type { AppError } from '../shared/app-error.js';
import { type Caller, reaches } from './caller.js';
import type { Scope } from './scopes.js';

/**
 * The row, if the caller has the scope for its project. Every other row does not exist for the caller: the answer does
 * not say whether there is one.
 * @throws {AppError} `notFound`
 */
export function reachable<Row extends { readonly projectId: number }>(
  row: Row | null,
  caller: Caller,
  scope: Scope,
  notFound: () => AppError,
): Row {
  if (row && reaches(caller, scope, row.projectId)) return row;
  throw notFound();
}
