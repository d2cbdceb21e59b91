import type { Caller } from '../../access/caller.js';
import { databaseNow } from '../../database/clock.js';
import type { CallContext } from '../../database/context.js';
import type { ChangeContext } from '../../events/index.js';
import { AppError } from '../../shared/app-error.js';
import { counted } from '../../shared/text.js';

const MINUTE_MS = 60_000;

/** Where the provider is told to ask for the password again. */
const AGAIN = '/sign-in?again=true';

/** Why the caller did not sign in within the minutes. undefined: it did. */
function faultOf({ via, signedInAt }: Caller, minutes: number, now: Date): string | undefined {
  if (via !== 'sign-in') {
    return `a token does not show that. Sign in at ${AGAIN}, and repeat the call from that browser`;
  }
  if (!signedInAt) {
    return [
      'the identity provider does not say when you did',
      `Sign in again at ${AGAIN}. If that does not help, the provider must send the claim auth_time`,
    ].join('. ');
  }
  const age = now.getTime() - signedInAt.getTime();
  // Not `>`: a time that is not known is too long ago.
  if (age <= minutes * MINUTE_MS) return undefined;
  const ago = counted(Math.ceil(age / MINUTE_MS), 'minute');
  return `you signed in ${ago} ago. Sign in again at ${AGAIN}, and repeat the call from that browser`;
}

/**
 * What a person does to let something into an environment may need that it proved who it is a short time ago, by the
 * claim `auth_time` of the identity provider and the clock of the database. Call it after `requirePerson`. What denies
 * must not need it.
 * @param environments names; unknown ones ask for nothing
 * @throws {AppError} `recent-sign-in-required`, with the challenge of RFC 9470, section 3
 */
export async function requireRecentSignIn(
  context: CallContext | ChangeContext,
  environments: readonly string[],
): Promise<void> {
  const [strictest] = await context.prisma.environment.findMany({
    where: { name: { in: [...environments] }, signInWithinMinutes: { not: null } },
    select: { name: true, signInWithinMinutes: true },
    orderBy: [{ signInWithinMinutes: 'asc' }, { name: 'asc' }],
    take: 1,
  });
  const minutes = strictest?.signInWithinMinutes ?? null;
  if (!strictest || minutes === null) return;
  const fault = faultOf(context.caller, minutes, await databaseNow(context));
  if (fault === undefined) return;
  const within = counted(minutes, 'minute');
  throw new AppError(
    'recent-sign-in-required',
    `${strictest.name} asks for a person who signed in within ${within}, and ${fault}`,
    {
      headers: {
        'www-authenticate': `Bearer realm="srp", error="insufficient_user_authentication", max_age="${minutes * 60}"`,
      },
    },
  );
}
