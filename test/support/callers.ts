import { SCOPE_NAMES, type Scope } from '../../src/access/scopes.js';
import { createSecret, hashSecret } from '../../src/security/authentication/token-secret.js';
import { sql } from './database.js';

export interface Holder {
  readonly id: string;
  readonly secret: string;
  /** Headers for a request. */
  readonly headers: { authorization: string };
}

interface TokenOptions {
  subject?: string;
  scopes?: readonly Scope[];
  projects?: number[] | null;
  person?: boolean;
  /** PostgreSQL intervals from now. */
  age?: string;
  expiresIn?: string;
}

/** Inserts an API token into the database without the API, so that tests do not depend on its token routes. */
export async function giveToken({
  subject = 'alice',
  scopes = SCOPE_NAMES,
  projects = null,
  person = false,
  age = '0 days',
  expiresIn = '90 days',
}: TokenOptions = {}): Promise<Holder> {
  const secret = createSecret();
  const [row] = await sql<{ id: string }>(
    `INSERT INTO api_tokens (id, name, subject, scopes, every_project, project_ids, hash, person,
                             created_at, created_by, expires_at)
     VALUES (gen_random_uuid(), 'test', $1, $2, $3, $4, $5, $6, now() - $7::interval, 'test',
             now() + $8::interval) RETURNING id`,
    [
      subject,
      scopes,
      projects === null,
      projects ?? [],
      hashSecret(secret),
      person,
      age,
      expiresIn,
    ],
  );
  return { id: row?.id ?? '', secret, headers: { authorization: `Bearer ${secret}` } };
}
