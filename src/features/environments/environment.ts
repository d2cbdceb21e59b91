import type { CallContext } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import type { Environment as EnvironmentRow } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import type { PolicyReference } from '../policies/index.js';

/** The environment as the API returns it. */
export type Environment = Omit<EnvironmentRow, 'policies'> & { policies: PolicyReference[] };

const environmentNotFound = () => new AppError('environment-not-found', 'Environment not found');

export const toEnvironment = (row: EnvironmentRow): Environment => ({
  ...row,
  policies: fromJson<PolicyReference[]>(row.policies),
});

/** @throws {AppError} `environment-not-found` */
export async function requireEnvironment(
  { prisma }: CallContext,
  name: string,
): Promise<Environment> {
  const row = await prisma.environment.findUnique({ where: { name } });
  if (!row) throw environmentNotFound();
  return toEnvironment(row);
}
