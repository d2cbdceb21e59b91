import type { Configuration, CustomFetch, IDToken, ServerMetadata } from 'openid-client';
import type { SignInSettings } from '../../config/sign-in.js';
import { rootCause } from '../../database/errors.js';
import { fetchBounded } from '../../outbound/fetch.js';
import { fetchJson } from '../../outbound/fetch-json.js';
import { AppError } from '../../shared/app-error.js';
import { isStorable } from '../../shared/text.js';
import type { Attempt } from './attempt.js';

/** A person, as the identity provider describes it. */
export interface Person {
  /** The claim `sub` of the issuer. */
  readonly sub: string;
  /** For people to read. It decides nothing. */
  readonly name: string | null;
  /** All groups of the claim, also those that do not count. */
  readonly groups: readonly string[];
  /** When the person proved who it is, in seconds since 1970, by the clock of the provider. */
  readonly authTime: number | undefined;
}

export interface IdentityProvider {
  /** The address to send the browser to. @param again asks for the password even if the provider knows the browser */
  authorizationUrl(attempt: Attempt, again: boolean): Promise<string>;
  /**
   * Exchanges the code in the address of the callback for the person.
   * @throws {AppError} `sign-in-failed`, `sign-in-unavailable`
   */
  exchange(attempt: Attempt, callback: URL): Promise<Person>;
}

/** How long the configuration of the provider is cached, in milliseconds. Its keys are read at each sign-in. */
const DISCOVERY_TTL_MS = 600_000;
const TIMEOUT_MS = 5000;
const MAX_BYTES = 256 * 1024;
/** OpenID Connect Core 1.0, section 2: `sub` has at most 255 ASCII characters. */
const MAX_SUBJECT = 255;
const MAX_NAME = 200;
const MAX_GROUPS = 10_000;

class Unreachable extends Error {}

const unavailable = (cause: unknown) =>
  new AppError(
    'sign-in-unavailable',
    'The identity provider does not answer as it should. Retry after the seconds in Retry-After',
    { headers: { 'retry-after': '5' }, cause: rootCause(cause) },
  );

const failed = (detail: string, cause?: unknown) =>
  new AppError('sign-in-failed', `${detail}. Begin again at /sign-in`, { cause });

function allowed({ issuer }: SignInSettings) {
  // A provider elsewhere must not make the server call plain http services on this machine.
  return { privateAddresses: true, httpToLoopback: issuer.startsWith('http:') };
}

/** The requests of openid-client, with the limits of all requests to other servers. */
function boundedFetch(settings: SignInSettings): CustomFetch {
  return async (url, { method, headers, body }) => {
    const {
      status,
      headers: answered,
      body: bytes,
    } = await fetchBounded(url, {
      method,
      headers,
      ...(body !== undefined && body !== null && { body: String(body) }),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      allow: allowed(settings),
    }).catch((error: unknown) => {
      throw new Unreachable('the provider is not reachable', { cause: error });
    });
    if (status >= 500) throw new Unreachable(`the provider answered ${status}`);
    const type = answered['content-type'];
    return new Response(status === 204 ? null : new Uint8Array(bytes), {
      status,
      headers: type === undefined ? {} : { 'content-type': type },
    });
  };
}

/**
 * OpenID Connect Discovery 1.0, section 4.
 * @throws {Error} if the provider does not answer, or not as it should
 */
export async function discover(settings: SignInSettings): Promise<ServerMetadata> {
  const { issuer } = settings;
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = (await fetchJson(url, { allow: allowed(settings) })) as ServerMetadata | null;
  if (found?.issuer !== issuer) throw new Error(`${url} is about another issuer`);
  const { protocol } = new URL(issuer);
  for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
    const address = found[name];
    if (typeof address !== 'string' || !URL.canParse(address)) throw new Error(`no ${name}`);
    if (new URL(address).protocol !== protocol) throw new Error(`${name} has another protocol`);
  }
  return found;
}

/** The texts of a claim that is a list of texts, or one text. */
function textsOf(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  const texts = [value].flat().slice(0, MAX_GROUPS);
  return texts.filter((text): text is string => typeof text === 'string' && isStorable(text));
}

const nameOf = ({ name, preferred_username: username }: IDToken) => {
  const text = [name, username].find((one) => typeof one === 'string' && isStorable(one));
  return typeof text === 'string' && text !== '' ? text.slice(0, MAX_NAME) : null;
};

/** Seconds since 1970, before the year 5138. */
const isTime = (time: unknown): time is number =>
  typeof time === 'number' && time >= 0 && time < 100_000_000_000;

function isUnreachable(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return error instanceof Error && error.cause !== undefined && isUnreachable(error.cause);
}

/** The client of the provider. It loads openid-client and asks the provider when somebody signs in. */
export function identityProvider(settings: SignInSettings): IdentityProvider {
  const { clientId, clientSecret, groupsClaim, publicUrl } = settings;
  let known: { readonly metadata: Promise<ServerMetadata>; readonly since: number } | undefined;

  function metadata(): Promise<ServerMetadata> {
    if (known && performance.now() - known.since < DISCOVERY_TTL_MS) return known.metadata;
    const found = discover(settings);
    known = { metadata: found, since: performance.now() };
    found.catch(() => {
      known = undefined; // the next request tries again
    });
    return found;
  }

  async function client() {
    const openid = await import('openid-client');
    const server = await metadata().catch((error: unknown) => {
      throw unavailable(error);
    });
    const methods = server.token_endpoint_auth_methods_supported;
    const authentication = methods?.includes('client_secret_post')
      ? openid.ClientSecretPost(clientSecret)
      : openid.ClientSecretBasic(clientSecret);
    // A new one each time: it keeps keys, and a provider may have exchanged them.
    const configuration = new openid.Configuration(server, clientId, {}, authentication);
    configuration[openid.customFetch] = boundedFetch(settings);
    openid.enableNonRepudiationChecks(configuration); // verifies the signature of the ID token
    if (settings.issuer.startsWith('http:')) openid.allowInsecureRequests(configuration);
    return { openid, server, configuration };
  }

  type Client = { openid: typeof import('openid-client'); configuration: Configuration };

  async function groupsOf({ openid, configuration }: Client, claims: IDToken, accessToken: string) {
    const groups = textsOf(claims[groupsClaim]);
    const { userinfo_endpoint: hasUserInfo } = configuration.serverMetadata();
    if (groups !== undefined || hasUserInfo === undefined) return groups ?? [];
    const info = await openid.fetchUserInfo(configuration, accessToken, claims.sub);
    return textsOf(info[groupsClaim]) ?? [];
  }

  return {
    async authorizationUrl({ state, nonce, codeVerifier }, again) {
      const { openid, server, configuration } = await client();
      const scopes = [
        'openid',
        'profile',
        ...(server.scopes_supported?.includes('groups') ? ['groups'] : []),
      ];
      const url = openid.buildAuthorizationUrl(configuration, {
        redirect_uri: `${publicUrl}/sign-in/callback`,
        scope: scopes.join(' '),
        state,
        nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...(again && { prompt: 'login', max_age: '0' }),
      });
      return url.href;
    },

    async exchange({ state, nonce, codeVerifier }, callback) {
      const opened = await client();
      const { openid, configuration } = opened;
      try {
        const tokens = await openid.authorizationCodeGrant(configuration, callback, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (!claims || claims.sub.length > MAX_SUBJECT || !isStorable(claims.sub)) {
          throw failed('The claim sub is missing or not valid');
        }
        const { sub, auth_time: time } = claims;
        const groups = await groupsOf(opened, claims, tokens.access_token);
        return { sub, name: nameOf(claims), groups, authTime: isTime(time) ? time : undefined };
      } catch (error) {
        if (error instanceof AppError) throw error;
        if (isUnreachable(error)) throw unavailable(error);
        if (error instanceof openid.AuthorizationResponseError) {
          throw failed(`The identity provider refused: ${error.error.slice(0, 100)}`, error);
        }
        throw failed('The answer of the identity provider does not belong to this attempt', error);
      }
    },
  };
}
