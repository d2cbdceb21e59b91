import { ANONYMOUS } from '../../access/caller.js';
import { comparable, requireOtherSubject, requirePerson } from '../../access/four-eyes.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext } from '../../database/context.js';
import { takeTurn } from '../../database/turns.js';
import { type ChangeContext, change } from '../../events/index.js';
import type { IdentityLink as IdentityLinkRow } from '../../generated/prisma/client.js';
import {
  currentCaller,
  IDENTITIES_TURN,
  identityOf,
  requireEnabled,
} from '../../security/authentication/identity.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import { revokeOwnWaivers } from '../waivers/index.js';
import { findIdentity, type Link, requireSubject, toLink } from './identity.js';

/** A request to unlink counts for 7 days. */
const REQUEST_MS = 7 * 86_400_000;

/** Changes of links and of who is disabled take turns, because each depends on all links of a person. */
export const takeIdentitiesTurn = (context: ChangeContext) => takeTurn(context, IDENTITIES_TURN);

const linked = (detail: string) => new AppError('identity-linked', detail);

/** @throws {AppError} `validation-failed` */
function checkAlias(subject: string, alias: string): void {
  if (comparable(alias) === comparable(subject)) {
    throw invalidAt('body', '/alias', 'must be another name than the subject');
  }
  if (alias === ANONYMOUS.subject || alias.startsWith('cli:')) {
    throw invalidAt('body', '/alias', 'must not be anonymous or begin with cli:');
  }
}

/**
 * A person has one subject, so a link leads to a subject and never to another alias.
 * @throws {AppError} `identity-linked`
 */
async function checkFree(context: ChangeContext, subject: string, alias: string): Promise<void> {
  const { subject: own } = await identityOf(context, subject);
  if (comparable(own) !== comparable(subject)) {
    throw linked(`${subject} is linked to ${own}. Link the name to ${own}`);
  }
  const other = await identityOf(context, alias);
  if (comparable(other.subject) !== comparable(alias)) {
    throw linked(`${alias} is linked to ${other.subject}. Unlink it first`);
  }
  const [name] = other.aliases.filter(({ until }) => until === null);
  if (name) throw linked(`${name.subject} is linked to ${alias}. Unlink it first`);
}

/** @throws {AppError} `link-not-found` */
async function requireLink(context: ChangeContext, named: string, id: string) {
  const identity = await findIdentity(context, named);
  const link = await context.prisma.identityLink.findUnique({ where: { id } });
  const isOf = identity && link && [link.subjectKey, link.aliasKey].includes(identity.key);
  if (!isOf) throw new AppError('link-not-found', 'Link not found');
  return link;
}

async function requestUnlinking(context: ChangeContext, { id, subject, alias }: IdentityLinkRow) {
  const { caller, prisma, record } = context;
  const unlinkRequestedAt = await databaseNow(context);
  const data = { unlinkRequestedAt, unlinkRequestedBy: caller.subject };
  const row = await prisma.identityLink.update({ where: { id }, data });
  record('identity.unlink-requested', { id, data: { subject, alias } });
  return toLink(row);
}

export type LinksService = typeof linksService;

/** Links of names. An admin creates a link. Two people take it away, because it separates what the rules joined. */
export const linksService = {
  /**
   * Links another name to the subject, for what happens from now on.
   * @throws {AppError} `identity-not-found`, `identity-linked`, `identity-disabled`, `validation-failed`
   */
  async create(context: CallContext, named: string, alias: string): Promise<Link> {
    return change(context, async (changing) => {
      const { caller, prisma, record } = changing;
      await takeIdentitiesTurn(changing);
      const { subject, key: subjectKey } = await requireSubject(changing, named);
      checkAlias(subject, alias);
      await checkFree(changing, subject, alias);
      await requireEnabled(changing, subject);
      await requireEnabled(changing, alias);
      const row = await prisma.identityLink.create({
        data: {
          subject,
          subjectKey,
          alias,
          aliasKey: comparable(alias),
          createdBy: caller.subject,
        },
      });
      record('identity.linked', { id: row.id, data: { subject, alias } });
      await revokeOwnWaivers(changing, await identityOf(changing, subject));
      return toLink(row);
    });
  },

  /**
   * Requests to end the link, or confirms the request of another person. What happened until then stays joined.
   * @throws {AppError} `link-not-found`, `identity-required`, `four-eyes-required`
   */
  async unlink(context: CallContext, named: string, id: string): Promise<Link> {
    return change(context, async (changing) => {
      const { prisma, record, unchanged } = changing;
      await takeIdentitiesTurn(changing);
      // A link that came a moment ago can make the caller and the requester one person.
      const caller = await currentCaller(changing);
      const link = await requireLink(changing, named, id);
      requirePerson(caller, 'Unlinking');
      const { subject, alias, unlinkRequestedAt: at, unlinkRequestedBy: by } = link;
      if (link.unlinkedAt) return unchanged(toLink(link));
      const unlinkedAt = await databaseNow(changing);
      const isOpen = at !== null && unlinkedAt.getTime() - at.getTime() < REQUEST_MS;
      if (!isOpen || by === null) return requestUnlinking(changing, link);
      requireOtherSubject(caller, by, at, 'unlinking');
      const data = { unlinkedAt, unlinkedBy: caller.subject };
      const row = await prisma.identityLink.update({ where: { id }, data });
      record('identity.unlinked', { id, data: { subject, alias, requestedBy: by } });
      return toLink(row);
    });
  },
};
