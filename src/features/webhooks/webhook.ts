import { type Projects, projectsFor } from '../../access/caller.js';
import type { Scope } from '../../access/scopes.js';
import { type CallContext, query } from '../../database/context.js';
import type { Statement } from '../../database/sql.js';
import type { ChangeContext } from '../../events/index.js';
import { AppError } from '../../shared/app-error.js';
import { type ListWebhooksQuery, MAX_WEBHOOKS, type Webhook } from './webhooks.schemas.js';

/** A webhook as the table has it. */
interface Row extends Omit<Webhook, 'state' | 'projects' | 'disabledBecause'> {
  readonly disabledBecause: string | null;
  readonly everyProject: boolean;
  readonly projectIds: number[];
}

const COLUMNS = `w.id, w.url, w.description, w.events, w.every_project AS "everyProject",
  w.project_ids AS "projectIds", w.created_at AS "createdAt", w.created_by AS "createdBy",
  w.rotated_at AS "rotatedAt", w.rotated_by AS "rotatedBy", w.disabled_at AS "disabledAt",
  w.disabled_because AS "disabledBecause", w.revoked_at AS "revokedAt", w.revoked_by AS "revokedBy"`;

/** The caller reaches the webhook if it reaches all of its projects. `$1`: projects of the caller, or null. */
const REACHED = '($1::int[] IS NULL OR (NOT w.every_project AND w.project_ids <@ $1::int[]))';

/** `$2`: id. */
const GET: Statement = {
  name: 'webhook-get',
  text: `SELECT ${COLUMNS} FROM webhooks w WHERE ${REACHED} AND w.id = $2 AND w.revoked_at IS NULL`,
};

/** `$2`: state, `$3`: id of the row before the page or null, `$4`: number of rows, `$5`: creator or null. */
const LIST: Statement = {
  text: `SELECT ${COLUMNS} FROM webhooks w
          WHERE ${REACHED} AND ($3::uuid IS NULL OR w.id > $3) AND ($5::text IS NULL OR w.created_by = $5)
            AND CASE $2 WHEN 'all' THEN true WHEN 'revoked' THEN w.revoked_at IS NOT NULL
                        WHEN 'disabled' THEN w.revoked_at IS NULL AND w.disabled_at IS NOT NULL
                        ELSE w.revoked_at IS NULL END
          ORDER BY w.id LIMIT $4`,
};

function stateOf({ revokedAt, disabledAt }: Row): Webhook['state'] {
  if (revokedAt !== null) return 'revoked';
  return disabledAt === null ? 'active' : 'disabled';
}

/** A webhook as the API shows it, without salts: they are no secrets, and say nothing to anyone. */
function toWebhook(row: Row): Webhook {
  const { everyProject, projectIds, disabledBecause, ...webhook } = row;
  return {
    ...webhook,
    projects: everyProject ? null : projectIds,
    state: stateOf(row),
    disabledBecause: disabledBecause as Webhook['disabledBecause'],
  };
}

/** The webhook, if the caller has the scope for all of its projects. @throws {AppError} `webhook-not-found` */
export async function requireWebhook(
  context: CallContext,
  scope: Scope,
  id: string,
): Promise<Webhook> {
  const [row] = await query<Row>(context, GET, [projectsFor(context.caller, scope), id]);
  if (!row) throw new AppError('webhook-not-found', 'Webhook not found');
  return toWebhook(row);
}

/** Webhooks that the caller reaches, the oldest first; one more than the page has. */
export async function listWebhooks(
  context: CallContext,
  { limit, cursor, state, createdBy }: ListWebhooksQuery,
): Promise<Webhook[]> {
  const projects = projectsFor(context.caller, 'webhooks:read');
  const values = [projects, state, cursor ?? null, limit + 1, createdBy ?? null];
  return (await query<Row>(context, LIST, values)).map(toWebhook);
}

/** Those that are not revoked, among all or among the projects, the oldest first. */
export async function currentWebhooks(
  context: CallContext | ChangeContext,
  projects: Projects,
): Promise<Webhook[]> {
  const values = [projects, 'current', null, MAX_WEBHOOKS, null];
  return (await query<Row>(context, LIST, values)).map(toWebhook);
}
