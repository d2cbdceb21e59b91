import type { Alias, Caller } from '../../access/caller.js';
import { comparable } from '../../access/four-eyes.js';
import { type Place, query } from '../../database/context.js';
import { shareTurn } from '../../database/turns.js';
import { AppError } from '../../shared/app-error.js';
import { refused } from './credentials.js';

/** Who stands behind a subject. */
export interface Identity {
  /** The subject under which the person acts: that of a link, or the same. */
  readonly subject: string;
  readonly disabled: boolean;
  /** All other names, now and earlier. */
  readonly aliases: readonly Alias[];
}

/** Turn of those who link, unlink and disable identities: see `takeTurn`. */
export const IDENTITIES_TURN = ['identities'] as const;

interface IdentityRow {
  linkedTo: string | null;
  disabled: boolean;
  aliases: { subject: string; until: string | null }[];
}

/** `$1`: the subject in the form in which subjects are compared. */
const SELECT_IDENTITY = {
  name: 'identity-of-subject',
  text: `SELECT own.subject AS "linkedTo",
                EXISTS (SELECT 1 FROM identities i
                         WHERE i.disabled_at IS NOT NULL AND i.key IN ($1, own.subject_key)) AS disabled,
                COALESCE((
                  SELECT json_agg(json_build_object('subject', other.subject, 'until', other.until))
                    FROM (SELECT l.alias AS subject, l.unlinked_at AS until FROM identity_links l
                           WHERE l.subject_key = COALESCE(own.subject_key, $1)
                          UNION ALL
                          SELECT l.subject, l.unlinked_at FROM identity_links l WHERE l.alias_key = $1) other
                ), '[]') AS aliases
           FROM (SELECT) one
           LEFT JOIN identity_links own ON own.alias_key = $1 AND own.unlinked_at IS NULL`,
};

/** Finds the person or program that a subject stands for. A subject without links stands for itself. */
export async function identityOf(place: Place, subject: string): Promise<Identity> {
  const [row] = await query<IdentityRow>(place, SELECT_IDENTITY, [comparable(subject)]);
  const { linkedTo = null, disabled = false, aliases = [] } = row ?? {};
  return {
    subject: linkedTo ?? subject,
    disabled,
    aliases: aliases.map(({ subject: name, until }) => ({
      subject: name,
      until: until === null ? null : new Date(until),
    })),
  };
}

/**
 * The caller by the subject of its links, with its other names.
 * @throws {AppError} `unauthenticated` if an admin disabled it
 */
export async function identified(place: Place, caller: Caller): Promise<Caller> {
  const { subject, disabled, aliases } = await identityOf(place, caller.subject);
  if (disabled) throw refused('The identity is disabled');
  return { ...caller, subject, ...(aliases.length > 0 && { aliases }) };
}

/**
 * The caller with its links of now, for what needs another person than before. What the request began with can be some
 * seconds old. Those who link and disable people wait until the transaction ends, or this one waits for them: call it
 * before a lock that they take.
 * @throws {AppError} `unauthenticated` if an admin disabled it, as the next request would
 */
export async function currentCaller(
  changing: Place & { readonly caller: Caller } & Parameters<typeof shareTurn>[0],
): Promise<Caller> {
  await shareTurn(changing, IDENTITIES_TURN);
  const { subject } = changing.caller;
  const { disabled, aliases } = await identityOf(changing, subject);
  if (disabled) throw refused('The identity is disabled');
  return { ...changing.caller, ...(aliases.length > 0 && { aliases }) };
}

/**
 * The person behind what the caller does: a person itself, or who set its pipeline off, under the subject of its links.
 * null: unknown.
 */
export async function personBehind(place: Place, caller: Caller): Promise<string | null> {
  if (caller.person) return caller.subject;
  const { triggeredBy } = caller;
  return triggeredBy === undefined ? null : (await identityOf(place, triggeredBy)).subject;
}

/**
 * Checks that an admin did not disable the subject, before it gets something new.
 * @throws {AppError} `identity-disabled`
 */
export async function requireEnabled(place: Place, subject: string): Promise<void> {
  if (!(await identityOf(place, subject)).disabled) return;
  const path = `/identities/${encodeURIComponent(subject)}/enable`;
  throw new AppError('identity-disabled', `${subject} is disabled. Enable it first: POST ${path}`);
}
