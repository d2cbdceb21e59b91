import { comparable } from '../../access/four-eyes.js';
import { type CallContext, query } from '../../database/context.js';
import type { ChangeContext } from '../../events/index.js';
import type {
  IdentityLink as IdentityLinkRow,
  Identity as IdentityRow,
} from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import { isUuid } from '../../shared/text.js';

export const identityNotFound = () => new AppError('identity-not-found', 'Identity not found');

/** A link as the API shows it. */
export type Link = Omit<IdentityLinkRow, 'subjectKey' | 'aliasKey'>;

export function toLink({ subjectKey: _subject, aliasKey: _alias, ...link }: IdentityLinkRow): Link {
  return link;
}

/** An identity as the API shows it, with its links. */
export type Identity = Omit<IdentityRow, 'key'> & { links: Link[] };

/** The identities with their links, which one query finds. */
export async function withLinks(
  { prisma }: Pick<CallContext, 'prisma'>,
  rows: readonly IdentityRow[],
): Promise<Identity[]> {
  const keys = rows.map(({ key }) => key);
  const links = await prisma.identityLink.findMany({
    where: { OR: [{ subjectKey: { in: keys } }, { aliasKey: { in: keys } }] },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ key, ...identity }) => ({
    ...identity,
    links: links
      .filter(({ subjectKey, aliasKey }) => subjectKey === key || aliasKey === key)
      .map(toLink),
  }));
}

/** Finds an identity by its id or its subject. */
export function findIdentity(
  { prisma }: Pick<CallContext, 'prisma'>,
  named: string,
): Promise<IdentityRow | null> {
  const where = isUuid(named) ? { id: named.toLowerCase() } : { key: comparable(named) };
  return prisma.identity.findUnique({ where });
}

const KEEP = {
  name: 'identity-name',
  text: `INSERT INTO identities (key, subject, created_by) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING
         RETURNING id`,
};

/** Stores a subject, unless it is stored. */
export async function keepSubject(context: ChangeContext, subject: string): Promise<IdentityRow> {
  const key = comparable(subject);
  const values = [key, subject, context.caller.subject];
  const [created] = await query<{ id: string }>(context, KEEP, values);
  if (created) context.record('identity.created', { id: created.id, data: { subject } });
  return context.prisma.identity.findUniqueOrThrow({ where: { key } });
}

/** Subjects of tokens and sessions that count, each once. */
const SUBJECTS = {
  name: 'identity-subjects',
  text: `SELECT DISTINCT subject FROM api_tokens UNION SELECT DISTINCT subject FROM sessions`,
};

/** How subjects of tokens and sessions write these names. */
export async function spellingsOf(
  context: CallContext | ChangeContext,
  names: readonly string[],
): Promise<string[]> {
  const keys = new Set(names.map(comparable));
  const rows = await query<{ subject: string }>(context, SUBJECTS, []);
  return rows.map(({ subject }) => subject).filter((subject) => keys.has(comparable(subject)));
}

/**
 * Finds an identity, or stores a subject that is known in another way: it has tokens, or it belongs to an OpenID
 * Connect issuer, whose subjects nobody can list.
 * @throws {AppError} `identity-not-found`
 */
export async function requireSubject(context: ChangeContext, named: string): Promise<IdentityRow> {
  const found = await findIdentity(context, named);
  if (found) return found;
  const [spelling] = await spellingsOf(context, [named]);
  if (spelling !== undefined) return keepSubject(context, spelling);
  if (/^https?:\/\/[^|]+\|./.test(named)) return keepSubject(context, named);
  throw identityNotFound();
}
