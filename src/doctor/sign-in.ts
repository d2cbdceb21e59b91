import type { Config } from '../config/config.js';
import { signInSettings } from '../config/sign-in.js';
import { rootCause } from '../database/errors.js';
import { discover } from '../security/sign-in/provider.js';
import { type Finding, fail, ok } from './finding.js';

/** Asks the provider for its configuration, as the server does at a sign-in. */
export async function checkSignIn(config: Config): Promise<Finding[]> {
  const settings = signInSettings(config);
  if (!settings) return [ok('people do not sign in: SIGN_IN_ISSUER is not set')];
  const { issuer } = settings;
  try {
    await discover(settings);
    return [ok(`${issuer} answers with its configuration`)];
  } catch (error) {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    return [
      fail(`${issuer}: ${rootCause(error)}`, `curl -s ${url}, then docs/runbooks/provider-down.md`),
    ];
  }
}
