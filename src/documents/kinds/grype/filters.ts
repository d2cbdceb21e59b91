import { isObject } from '../common/texts.js';
import type { Report } from './schema.js';

/**
 * Settings by which Grype leaves matches or files out without a trace, besides rules whose matches are listed as
 * ignored. Their names are compared without case and hyphens, because versions spell them differently.
 */
const FILTERS: ReadonlyMap<string, string> = new Map([
  ['onlyfixed', 'only vulnerabilities with a fix'],
  ['onlynotfixed', 'only vulnerabilities without a fix'],
  ['ignorestates', 'only vulnerabilities in some states of their fixes'],
  ['ignorewontfix', 'only vulnerabilities that are to be fixed'],
  ['exclude', 'only a part of the files'],
  ['exclusions', 'only a part of the files'],
]);

const isOff = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === 'string' && /^(?:false|no|0)?$/i.test(value.trim())) ||
  (Array.isArray(value) && value.every(isOff));

/** Why the scan is not complete. Continues "does not count: ". Undefined if the configuration leaves nothing out. */
export function filteredBy({ descriptor }: Report): string | undefined {
  const configuration: unknown = descriptor?.configuration;
  if (!isObject(configuration))
    return configuration === undefined || configuration === null
      ? undefined
      : 'its configuration is not an object, so it does not show whether Grype left something out';
  for (const [name, value] of Object.entries(configuration)) {
    const part = FILTERS.get(name.toLowerCase().replace(/[^a-z]/g, ''));
    if (part !== undefined && !isOff(value))
      return `Grype was told to report ${part} (${name.slice(0, 50)}). Scan again without this setting`;
  }
  const { search }: Record<string, unknown> = configuration;
  return isOffInSearch(search)
    ? 'Grype was told not to look into archives (indexed-archives). Scan again without this setting'
    : undefined;
}

/** Archives with an index, such as JAR, are searched unless this is switched off. */
function isOffInSearch(search: unknown): boolean {
  const own: Record<string, unknown> = Object(search);
  const given = own['indexed-archives'];
  return given !== undefined && given !== null && isOff(given);
}

/** Whether the user named the distribution (--distro): then it shows nothing of what Grype found. */
export function hasNamedDistro({ descriptor }: Report): boolean {
  const { distro }: Record<string, unknown> = Object(descriptor?.configuration);
  return !isOff(distro);
}
