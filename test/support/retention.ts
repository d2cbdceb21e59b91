import pg from 'pg';
import { ANONYMOUS } from '../../src/access/caller.js';
import { connection } from '../../src/database/connection.js';
import { callContext } from '../../src/database/context.js';
import { removeDocuments } from '../../src/database/retention.js';
import { policyService } from '../../src/features/retention/policy.service.js';
import { sql, testDatabaseUrl } from './database.js';
import { anotherPool } from './log.js';

const DAYS = 'retention_policies_days_check';

/** A policy by which everything is old: its time is in the future. The API accepts 30 days and more. */
export async function everythingIsOld(deployedDays: number | null = null): Promise<void> {
  await sql(`ALTER TABLE retention_policies DROP CONSTRAINT IF EXISTS ${DAYS}`);
  const context = callContext(anotherPool().store, ANONYMOUS, 'test');
  await policyService().create(context, { days: -1, deployedDays });
}

export const minimumIsBack = () =>
  sql(`ALTER TABLE retention_policies DROP CONSTRAINT IF EXISTS ${DAYS},
         ADD CONSTRAINT ${DAYS} CHECK (days BETWEEN 30 AND 36500) NOT VALID`);

/** What the command does, as a role. */
export async function retain(apply = true, limit = 1000, url = testDatabaseUrl()) {
  const client = new pg.Client(connection(url));
  await client.connect();
  const told: string[] = [];
  try {
    const done = await removeDocuments(client, { apply, limit }, ({ sha256 }) => {
      told.push(sha256);
    });
    return { ...done, told };
  } finally {
    await client.end();
  }
}
