import { authMode, type Config, ConfigError, isLoopback, listOf } from './config.js';

/** Where people sign in, and what of them counts. */
export interface SignInSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly groupsClaim: string;
  /** Groups that count. All others are neither stored nor shown. */
  readonly groups: readonly string[];
  /** The origin at which browsers reach this server, without a final slash. */
  readonly publicUrl: string;
  /** Browsers keep the cookies on https alone. */
  readonly secure: boolean;
}

const needed = (name: string, why: string) =>
  new ConfigError(`SIGN_IN_ISSUER needs ${name}: ${why}`);

/**
 * The settings for signing in. undefined: people cannot sign in.
 * @throws {ConfigError} if a setting is missing, or does not fit the others
 */
export function signInSettings(config: Config): SignInSettings | undefined {
  const {
    SIGN_IN_ISSUER: issuer,
    SIGN_IN_CLIENT_ID: clientId,
    SIGN_IN_CLIENT_SECRET: clientSecret,
    SIGN_IN_GROUPS_CLAIM: groupsClaim,
    PUBLIC_URL: publicUrl,
  } = config;
  if (issuer === undefined) return undefined;
  if (authMode(config) === 'none') {
    throw needed('AUTH_MODE=token', 'without it, all callers have every permission');
  }
  if (clientId === undefined) throw needed('SIGN_IN_CLIENT_ID', 'register a client at the issuer');
  if (clientSecret === undefined) {
    throw needed('SIGN_IN_CLIENT_SECRET', 'the issuer shows it with the client');
  }
  if (publicUrl === undefined) {
    throw needed('PUBLIC_URL', 'browsers come back to PUBLIC_URL/sign-in/callback');
  }
  const { protocol, hostname, origin } = new URL(publicUrl);
  const secure = protocol === 'https:';
  if (!secure && !isLoopback(hostname)) {
    throw needed('an https PUBLIC_URL', 'cookies on plain http are readable on the network');
  }
  const groups = listOf(config.SIGN_IN_GROUPS).map((name) => name.trim());
  if (groups.length === 0) throw needed('SIGN_IN_GROUPS', 'people have rights by their groups');
  return { issuer, clientId, clientSecret, groupsClaim, groups, publicUrl: origin, secure };
}
