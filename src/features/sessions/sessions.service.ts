import { type CallContext, query } from '../../database/context.js';
import { isUniqueViolation } from '../../database/errors.js';
import { type ChangeContext, change } from '../../events/index.js';
import { identityOf } from '../../security/authentication/identity.js';
import { createSecret, hashSecret } from '../../security/authentication/token-secret.js';
import type { Attempt } from '../../security/sign-in/attempt.js';
import type { Person } from '../../security/sign-in/provider.js';
import { AppError } from '../../shared/app-error.js';
import { endSession, INSERT_SESSION, keepIdentity } from './sessions.sql.js';

/** A session that has begun. Only its browser gets the secret. */
export interface Begun {
  readonly secret: string;
  readonly expiresAt: Date;
}

/** Who may sign in, and what the browser had before. */
export interface SignIn {
  readonly attempt: Attempt;
  readonly person: Person;
  /** The canonical subject of the login: the issuer and its claim `sub`, joined by `|`. */
  readonly login: string;
  /** Groups that count. */
  readonly counting: readonly string[];
  /** The secret of the session that the browser had. It ends. */
  readonly previous: string | undefined;
}

const REFUSALS = {
  disabled: 'An admin disabled your identity. Ask an admin of this server',
  'no-group':
    'You are in none of the groups that may sign in (SIGN_IN_GROUPS). Ask an admin of the identity provider',
} as const;

type Refusal = keyof typeof REFUSALS;

function groupsOf({ groups }: Person, counting: readonly string[]): string[] {
  const own = new Set(groups);
  return counting.filter((name) => own.has(name)).sort();
}

async function begin(context: ChangeContext, { attempt, login, person }: SignIn, groups: string[]) {
  const secret = createSecret('srps');
  const values = [
    hashSecret(secret),
    hashSecret(attempt.secret),
    login,
    groups,
    person.authTime ?? null,
  ];
  type Row = { id: string; expiresAt: Date; authenticatedAt: Date | null };
  const [row] = await query<Row>(context, INSERT_SESSION, values).catch((error: unknown) => {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError('sign-in-failed', 'This attempt was used before. Begin again at /sign-in');
  });
  if (!row) throw new Error('the session was not stored');
  const { id, expiresAt, authenticatedAt } = row;
  context.record('session.signed-in', {
    id,
    data: {
      subject: context.caller.subject,
      login,
      groups,
      authenticatedAt: authenticatedAt?.toISOString() ?? null,
      expiresAt: expiresAt.toISOString(),
    },
  });
  return { secret, expiresAt };
}

/** Signs a person in, or records why not. */
function signIn(context: CallContext, request: SignIn): Promise<Begun | Refusal> {
  const { login, person, counting, previous } = request;
  const groups = groupsOf(person, counting);
  return change(context, async (changing) => {
    if (previous !== undefined) await endSession(changing, previous, 'signed-in-again');
    const { disabled } = await identityOf(changing, login);
    const refusal = disabled ? 'disabled' : groups.length === 0 ? 'no-group' : undefined;
    const { id, before, created } = await keepIdentity(changing, {
      login,
      name: refusal === undefined ? person.name : null,
      groups,
      signedIn: refusal === undefined,
    });
    if (created) changing.record('identity.created', { id, data: { subject: login } });
    if (before.join() !== groups.join()) {
      changing.record('identity.groups-changed', {
        id,
        data: { subject: login, groups: { before, after: groups } },
      });
    }
    if (refusal !== undefined) {
      changing.record('session.refused', { id, data: { subject: login, reason: refusal } });
      return refusal;
    }
    return begin(changing, request, groups);
  });
}

/** Sessions of people. Signing in begins a new one each time, and ends that of the same browser. */
export const sessionsService = {
  /** The subject under which a login acts. @throws errors of the database */
  subjectOf: async (context: CallContext, login: string): Promise<string> =>
    (await identityOf(context, login)).subject,

  /** @throws {AppError} `sign-in-refused`, which is recorded; `sign-in-failed` for an attempt that was used */
  async signIn(context: CallContext, request: SignIn): Promise<Begun> {
    const begun = await signIn(context, request);
    if (typeof begun !== 'string') return begun;
    throw new AppError('sign-in-refused', REFUSALS[begun]);
  },

  /**
   * Ends the session of the caller at once.
   * @throws {AppError} `identity-required` for a caller without a session
   */
  async signOut(context: CallContext, secret: string | undefined): Promise<void> {
    if (secret === undefined || context.caller.via !== 'sign-in') {
      const detail = 'You did not sign in. To end a token, revoke it: DELETE /tokens/{id}';
      throw new AppError('identity-required', detail);
    }
    await change(context, async (changing) => {
      const ended = await endSession(changing, secret, 'signed-out');
      if (!ended) changing.unchanged(undefined);
    });
  },
};
