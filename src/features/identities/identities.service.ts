import { comparable } from '../../access/four-eyes.js';
import { type Page, pageById } from '../../contract/page.js';
import { databaseNow } from '../../database/clock.js';
import { type CallContext, query } from '../../database/context.js';
import { type ChangeContext, change } from '../../events/index.js';
import { identityOf } from '../../security/authentication/identity.js';
import { withdrawUnused } from '../approvals/index.js';
import { endOfDisabled } from '../break-glass/index.js';
import { disableOfCreators } from '../webhooks/index.js';
import type { ListIdentitiesQuery } from './identities.schemas.js';
import {
  findIdentity,
  type Identity,
  identityNotFound,
  keepSubject,
  requireSubject,
  spellingsOf,
  withLinks,
} from './identity.js';
import { takeIdentitiesTurn } from './links.service.js';

/** `$1`: subjects. */
const END_SESSIONS = {
  name: 'sessions-disable',
  text: `UPDATE sessions SET ended_at = now(), end_reason = 'disabled'
          WHERE subject = ANY ($1::text[]) AND ended_at IS NULL AND expires_at > now() RETURNING id, subject`,
};

/** `$1`: subjects, `$2`: the admin. */
const REVOKE_TOKENS = {
  name: 'tokens-disable',
  text: `UPDATE api_tokens SET revoked_at = now(), revoked_by = $2
          WHERE subject = ANY ($1::text[]) AND revoked_at IS NULL RETURNING id, subject`,
};

type Ended = { id: string; subject: string };

/** Ends what the person can call with. @returns how much it was */
async function endCredentials(context: ChangeContext, names: readonly string[]) {
  const spellings = await spellingsOf(context, names);
  const sessions = await query<Ended>(context, END_SESSIONS, [spellings]);
  const values = [spellings, context.caller.subject];
  const tokens = await query<Ended>(context, REVOKE_TOKENS, values);
  for (const { id, subject } of sessions) {
    context.record('session.signed-out', { id, data: { subject, reason: 'disabled' } });
  }
  for (const { id, subject } of tokens) context.record('token.revoked', { id, data: { subject } });
  return { sessions: sessions.length, tokens: tokens.length };
}

/** The identity under its subject, and the names that count now: of this subject first. */
async function personBehind(context: ChangeContext, named: string) {
  await takeIdentitiesTurn(context);
  const found = await requireSubject(context, named);
  const { subject, aliases } = await identityOf(context, found.subject);
  const others = aliases.filter(({ until }) => until === null).map((alias) => alias.subject);
  const names = [...new Set([subject, ...others])];
  const identities = [];
  for (const name of names) identities.push(await keepSubject(context, name));
  const [identity = found] = identities;
  return { identity, names, ids: identities.map(({ id }) => id) };
}

async function shown(context: Pick<CallContext, 'prisma'>, id: string): Promise<Identity> {
  const row = await context.prisma.identity.findUniqueOrThrow({ where: { id } });
  const [identity] = await withLinks(context, [row]);
  if (!identity) throw identityNotFound();
  return identity;
}

export type IdentitiesService = typeof identitiesService;

/** Identities of people and programs. They are kept. */
export const identitiesService = {
  /** Lists the oldest first: an id begins with its time. */
  async list(
    context: CallContext,
    { limit, cursor, state }: ListIdentitiesQuery,
  ): Promise<Page<Identity>> {
    const rows = await context.prisma.identity.findMany({
      where: {
        ...(state !== 'all' && { disabledAt: state === 'disabled' ? { not: null } : null }),
        ...(cursor && { id: { gt: cursor } }),
      },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    const page = pageById(rows, limit);
    return { ...page, items: await withLinks(context, page.items) };
  },

  /** @throws {AppError} `identity-not-found` */
  async get(context: CallContext, named: string): Promise<Identity> {
    const row = await findIdentity(context, named);
    if (!row) throw identityNotFound();
    return shown(context, row.id);
  },

  /**
   * Disables the person under all its names: its sessions end, its tokens are revoked, and every credential is refused
   * within 5 s. Disabling again has no effect.
   * @throws {AppError} `identity-not-found`
   */
  async disable(context: CallContext, named: string): Promise<Identity> {
    return change(context, async (changing) => {
      const { caller, prisma, record, unchanged } = changing;
      const { identity, names, ids } = await personBehind(changing, named);
      if (identity.disabledAt) return unchanged(await shown(changing, identity.id));
      await prisma.identity.updateMany({
        where: { id: { in: ids } },
        data: { disabledAt: await databaseNow(changing), disabledBy: caller.subject },
      });
      const ended = await endCredentials(changing, names);
      const keys = names.map(comparable);
      await withdrawUnused(changing, keys);
      await endOfDisabled(changing, keys);
      await disableOfCreators(changing, keys);
      const [subject = identity.subject, ...aliases] = names;
      record('identity.disabled', { id: identity.id, data: { subject, aliases, ...ended } });
      return shown(changing, identity.id);
    });
  },

  /**
   * Lets the person in again. Sessions and tokens that ended stay ended.
   * @throws {AppError} `identity-not-found`
   */
  async enable(context: CallContext, named: string): Promise<Identity> {
    return change(context, async (changing) => {
      const { prisma, record, unchanged } = changing;
      const { identity, names, ids } = await personBehind(changing, named);
      if (!identity.disabledAt) return unchanged(await shown(changing, identity.id));
      await prisma.identity.updateMany({
        where: { id: { in: ids } },
        data: { disabledAt: null, disabledBy: null },
      });
      const [subject = identity.subject, ...aliases] = names;
      record('identity.enabled', { id: identity.id, data: { subject, aliases } });
      return shown(changing, identity.id);
    });
  },
};
