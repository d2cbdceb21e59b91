/**
 * Commands for the next steps that messages of rules name. A message also has text of strangers, such as the name of a
 * package, so no part of it gets into a command: only these calls are known.
 */
const CALLS: readonly [named: RegExp, command: (place: Place) => string][] = [
  [
    /POST \/releases\/(?:\{id\}|[0-9a-f-]{36})\/evidence/,
    ({ release }) =>
      `${curl} --data-binary @REPORT "$SRP_URL/releases/${release}/evidence?label=LABEL"`,
  ],
  [
    /POST \/releases\/(?:\{id\}|[0-9a-f-]{36})\/seal/,
    ({ release }) => `${curl} -X POST "$SRP_URL/releases/${release}/seal"`,
  ],
  [
    /POST \/releases\/(?:\{id\}|[0-9a-f-]{36})\/artifacts/,
    ({ release }) =>
      `${curl} --json '{"name":"NAME","kind":"container","sha256":"DIGEST"}' "$SRP_URL/releases/${release}/artifacts"`,
  ],
  [
    /POST \/waivers/,
    ({ release }) =>
      `${curl} --json '{"releaseId":"${release}","rule":"RULE","reason":"WHY","expiresInDays":30}' "$SRP_URL/waivers"`,
  ],
  [
    /GET \/assert/,
    ({ release, environment }) =>
      `${curl} "$SRP_URL/assert?release=${release}&environment=${environment}"`,
  ],
  [
    /POST \/environments\/(?:\{name\}|[a-z0-9-]+)\/deployments/,
    ({ release, environment }) =>
      `${curl} --json '{"releaseId":"${release}"}' "$SRP_URL/environments/${environment}/deployments"`,
  ],
];

const curl = 'curl --fail -H "Authorization: Bearer $SRP_TOKEN"';

/** What a command is about: an id and a name that were checked. */
export interface Place {
  readonly release: string;
  readonly environment: string;
}

export const commandsIn = (message: string, place: Place): string[] =>
  CALLS.filter(([named]) => named.test(message)).map(([, command]) => command(place));

/** What was found and is allowed, and then what to do. */
export function partsOf(message: string): { found: string; next: string } {
  const end = message.search(/\. [A-Z]/);
  if (end < 0) return { found: message, next: '' };
  return { found: `${message.slice(0, end)}.`, next: message.slice(end + 2) };
}
