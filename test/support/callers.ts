import { SCOPE_NAMES, type Scope } from '../../src/access/scopes.js';
import { createSecret, hashSecret } from '../../src/security/authentication/token-secret.js';
import { sql } from './database.js';

export interface Holder {
  readonly id: string;
  readonly secret: string;
  /** To spread into a request. */
  readonly headers: { authorization: string };
}

interface TokenOptions {
  subject?: string;
  scopes?: readonly Scope[];
  projects?: number[] | null;
  /** PostgreSQL intervals from now. */
  age?: string;
  expiresIn?: string;
}

/** An API token, put into the database without the API: what is under test need not make its own callers. */
export async function giveToken({
  subject = 'alice',
  scopes = SCOPE_NAMES,
  projects = null,
  age = '0 days',
  expiresIn = '90 days',
}: TokenOptions = {}): Promise<Holder> {
  const secret = createSecret();
  const [row] = await sql<{ id: string }>(
    `INSERT INTO api_tokens (id, name, subject, scopes, every_project, project_ids, hash,
                             created_at, created_by, expires_at)
     VALUES (gen_random_uuid(), 'test', $1, $2, $3, $4, $5, now() - $6::interval, 'test',
             now() + $7::interval) RETURNING id`,
    [subject, scopes, projects === null, projects ?? [], hashSecret(secret), age, expiresIn],
  );
  return { id: row?.id ?? '', secret, headers: { authorization: `Bearer ${secret}` } };
}
