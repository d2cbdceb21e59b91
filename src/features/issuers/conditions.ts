/** Conditions that do not tell who a caller is, because everyone with a token of the issuer meets them. */

/** Claims about the token, and not about whom it was issued to. */
const OF_TOKEN: ReadonlySet<string> = new Set([
  'iss',
  'aud',
  'exp',
  'nbf',
  'iat',
  'auth_time',
  'jti',
  'typ',
  'token_type',
  'token_use',
  'ver',
  'email_verified',
]);

/** An issuer for anyone who registers: which claims name an owner, and how such a value begins. */
interface PublicIssuer {
  readonly name: string;
  readonly matches: (issuer: string) => boolean;
  /** The value up to a final `*`. Without an entry, the claim does not name an owner. */
  readonly owners: Readonly<Record<string, RegExp>>;
}

/** A whole name: a value that ends in `*` also matches owners whose name only begins like it. */
const WHOLE = /^[^*]+$/;
const OWNER_SLASH = /^[^/*]+\/./;

const PUBLIC: readonly PublicIssuer[] = [
  {
    name: 'GitHub',
    matches: (issuer) =>
      /^https:\/\/token\.actions\.githubusercontent\.com(?:\/|$)/.test(issuer) ||
      issuer.endsWith('/_services/token'),
    owners: {
      repository: OWNER_SLASH,
      repository_id: WHOLE,
      repository_owner: WHOLE,
      repository_owner_id: WHOLE,
      enterprise: WHOLE,
      enterprise_id: WHOLE,
      job_workflow_ref: OWNER_SLASH,
      workflow_ref: OWNER_SLASH,
      sub: /^(?:repo:[^/*]+\/|(?:repository|repository_owner|enterprise)(?:_id)?:[^:*]+:)./,
    },
  },
  {
    name: 'GitLab',
    matches: (issuer) => issuer === 'https://gitlab.com',
    owners: {
      project_id: WHOLE,
      project_path: OWNER_SLASH,
      namespace_id: WHOLE,
      namespace_path: /^(?:[^*/]+\/.|[^*]+$)/,
      user_id: WHOLE,
      user_login: WHOLE,
      ci_config_ref_uri: /^gitlab\.com\/[^/*]+\/./,
      sub: /^project_path:[^/*]+\/./,
    },
  },
];

/** What is wrong with conditions of an issuer. @returns undefined if they can tell callers apart */
export function faultOfConditions(
  issuer: string,
  conditions: Readonly<Record<string, string>>,
): string | undefined {
  if (Object.keys(conditions).every((claim) => OF_TOKEN.has(claim))) {
    return 'must have a claim that says who the caller is, such as sub: everyone has these claims';
  }
  const known = PUBLIC.find(({ matches }) => matches(issuer));
  if (!known) return undefined;
  const { name, owners } = known;
  const isOwner = ([claim, value]: [string, string]) =>
    Object.hasOwn(owners, claim) && owners[claim]?.test(value);
  if (Object.entries(conditions).some(isOwner)) return undefined;
  const claims = Object.keys(owners).slice(0, 3).join(', ');
  return [
    `must name an owner of ${name}, because it signs tokens for everyone:`,
    `${claims} or another such claim, with * only after the owner`,
  ].join(' ');
}
