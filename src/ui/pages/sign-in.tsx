import type { FastifyInstance, FastifyRequest } from 'fastify';
import { signInSettings } from '../../config/sign-in.js';
import { isFromElsewhere } from '../../platform/cross-site.js';
import { tokenCookieOf } from '../../platform/page-callers.js';
import { cookiesOf } from '../../platform/session-cookie.js';
import { AppError } from '../../shared/app-error.js';
import type { Form } from '../forms.js';
import { postForm } from '../route.js';
import { en } from '../texts/en.js';
import type { Tools } from '../tools.js';

/** A working day, as sessions of people who sign in at a provider. */
const SESSION_S = 8 * 3600;
const MAX_RETURN = 1000;

/** A page of these to come back to. Anything else leads to the start. */
function returnPath(path: string): string {
  const isPage = /^\/ui(?:[/?][!-.0-[\]-~/]*)?$/.test(path) && !path.includes('//');
  return isPage && path.length <= MAX_RETURN ? path : '/ui';
}

interface SignInProps {
  readonly tools: Tools;
  readonly request: FastifyRequest;
  readonly problem: AppError;
  /** The page to come back to. */
  readonly back: string;
}

/** How a person signs in, and why it must. */
export const SignIn = ({ tools: { way }, request, problem, back: page }: SignInProps) => {
  const isForm = request.url.startsWith('/ui/sign-in');
  const asked = (request.body as Form | undefined)?.return;
  const back = returnPath(isForm ? (asked ?? '/ui') : page);
  const sent = isForm ? problem.message : undefined;
  if (way === 'provider') {
    const isAgain = problem.code === 'recent-sign-in-required';
    const query = `return=${encodeURIComponent(back)}${isAgain ? '&again=true' : ''}`;
    return (
      <>
        <p>{isAgain ? problem.message : en.signIn.provider}</p>
        <p class="actions">
          <a class="button primary" href={`/sign-in?${query}`}>
            {isAgain ? en.signIn.again : en.signIn.button}
          </a>
        </p>
      </>
    );
  }
  return (
    <>
      <p>{en.signIn.token}</p>
      {sent !== undefined && (
        <p class="notice bad" role="alert">
          {en.signIn.refused(sent)}
        </p>
      )}
      <form method="post" action="/ui/sign-in" class="stack">
        <input type="hidden" name="return" value={back} />
        <label>
          {en.signIn.label}
          <input type="password" name="token" autoComplete="off" required maxLength={200} />
        </label>
        <p class="hint">{en.signIn.hint}</p>
        <p class="actions">
          <button type="submit" class="primary">
            {en.signIn.button}
          </button>
        </p>
      </form>
    </>
  );
};

/** Sets a cookie with the token, if it is one. @returns the page that follows */
async function open(app: FastifyInstance, request: FastifyRequest): Promise<string> {
  const { token = '' } = (request.body ?? {}) as Form;
  // Without a session there is no anti-forgery token. Another site must not sign a person in as somebody else.
  if (isFromElsewhere(request.headers)) {
    throw new AppError('cross-site-request', en.signIn.elsewhere);
  }
  try {
    await app.callerOf(token.trim());
  } catch (error) {
    if (error instanceof AppError && error.status === 401) await app.countFailedLogin(request);
    throw error;
  }
  return token.trim();
}

export function signInPages(app: FastifyInstance, { config, way, services }: Tools): void {
  if (way === 'token') {
    app.post(
      '/sign-in',
      { config: { scope: 'public', page: true }, schema: { hide: true } },
      async (request, reply) => {
        const token = await open(app, request);
        const { return: back = '/ui' } = (request.body ?? {}) as Form;
        const cookie = tokenCookieOf(config, request).set(token, SESSION_S);
        return reply.header('set-cookie', cookie).redirect(returnPath(back), 303);
      },
    );
  }
  postForm(app, '/sign-out', {}, async ({ context, request, reply }) => {
    const settings = signInSettings(config);
    if (settings === undefined) {
      reply.header('set-cookie', tokenCookieOf(config, request).removed);
    } else {
      const { session } = cookiesOf(settings);
      await services.signOut(context, session.read(request.headers));
      reply.header('set-cookie', session.removed);
    }
    return '/ui';
  });
}
