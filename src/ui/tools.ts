import type { FastifyRequest } from 'fastify';
import { authMode, type Config } from '../config/config.js';
import { signInSettings } from '../config/sign-in.js';
import { mayCall, type PageServices } from '../features/services.js';

/** How a person signs in: at the provider, with a token, or not at all. */
export type SignInWay = 'provider' | 'token' | 'none';

export function signInWay(config: Config): SignInWay {
  if (authMode(config) === 'none') return 'none';
  return signInSettings(config) ? 'provider' : 'token';
}

/** What every page needs. */
export interface Tools {
  readonly config: Config;
  readonly way: SignInWay;
  readonly services: PageServices;
}

export type CallContext = FastifyRequest['callContext'];

/** The address at which browsers reach this server, for commands to copy. */
export const addressOf = ({ config }: Tools, { protocol, host }: FastifyRequest): string =>
  config.PUBLIC_URL ?? `${protocol}://${host}`;

/** Names of projects by id, without those that the caller may not know. */
export async function namesOf(
  services: PageServices,
  context: CallContext,
  ids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  return mayCall(context, 'getProject') ? services.projectNames(context, ids) : new Map();
}
