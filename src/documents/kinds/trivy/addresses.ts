/** Scheme, and user information, of a URL. */
const USER = /^\s*([a-z][a-z0-9+.-]{0,30}:\/\/)([^/?#]*)@/i;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What is secret of user information: the password, and of `https://token@host` all. The user of another scheme is none. */
function secretsOf(scheme: string, user: string): string[] {
  const colon = user.indexOf(':');
  if (colon < 0 && !/^http/i.test(scheme)) return [];
  const secret = user.slice(colon + 1);
  return [secret, decoded(secret)];
}

/** A copy of an object where an address is without its user; undefined if it has none. */
function without(fields: object, name: string): { copy: object; secrets: string[] } | undefined {
  const address: unknown = Object.getOwnPropertyDescriptor(fields, name)?.value;
  if (typeof address !== 'string') return undefined;
  const [whole, scheme = '', user = ''] = USER.exec(address) ?? [];
  if (whole === undefined) return undefined;
  const copy = { ...fields, [name]: scheme + address.slice(whole.length) };
  return { copy, secrets: secretsOf(scheme, user) };
}

/**
 * Takes user information out of the addresses that a report is about: what was given to Trivy, and where a repository was
 * cloned from, which CI systems do with a token.
 * @returns a copy of the report, and what must not remain anywhere in it; undefined if there is none
 */
export function withoutUsers(report: object): { copy: object; secrets: string[] } | undefined {
  const artifact = without(report, 'ArtifactName');
  const top = artifact?.copy ?? report;
  const metadata: unknown = Object.getOwnPropertyDescriptor(top, 'Metadata')?.value;
  const repository =
    typeof metadata === 'object' && metadata !== null ? without(metadata, 'RepoURL') : undefined;
  if (!artifact && !repository) return undefined;
  return {
    copy: repository ? { ...top, Metadata: repository.copy } : top,
    secrets: [...(artifact?.secrets ?? []), ...(repository?.secrets ?? [])],
  };
}
