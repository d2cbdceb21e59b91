import { fieldOf } from '../common/fields.js';

/** The scheme and user information of a URL. */
const USER = /^\s*([a-z][a-z0-9+.-]{0,30}:\/\/)([^/?#]*)@/i;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The secrets in user information: the password, or the whole token in `https://token@host`. Other users are not
 * secret.
 */
function secretsOf(scheme: string, user: string): string[] {
  const colon = user.indexOf(':');
  if (colon < 0 && !/^http/i.test(scheme)) return [];
  const secret = user.slice(colon + 1);
  return [secret, decoded(secret)];
}

/** Copies an object without the user information in one URL, or returns undefined if the URL has none. */
function without(fields: object, name: string): { copy: object; secrets: string[] } | undefined {
  const address = fieldOf(fields, name);
  if (typeof address !== 'string') return undefined;
  const [whole, scheme = '', user = ''] = USER.exec(address) ?? [];
  if (whole === undefined) return undefined;
  const copy = { ...fields, [name]: scheme + address.slice(whole.length) };
  return { copy, secrets: secretsOf(scheme, user) };
}

/**
 * Removes user information from the URLs of the scanned artifact and of its repository. CI systems often clone with a
 * token in the URL.
 * @returns a copy of the report and the secrets to mask in it, or undefined if there are none
 */
export function withoutUsers(report: object): { copy: object; secrets: string[] } | undefined {
  const artifact = without(report, 'ArtifactName');
  const top = artifact?.copy ?? report;
  const metadata = fieldOf(top, 'Metadata');
  const repository =
    typeof metadata === 'object' && metadata !== null ? without(metadata, 'RepoURL') : undefined;
  if (!artifact && !repository) return undefined;
  return {
    copy: repository ? { ...top, Metadata: repository.copy } : top,
    secrets: [...(artifact?.secrets ?? []), ...(repository?.secrets ?? [])],
  };
}
