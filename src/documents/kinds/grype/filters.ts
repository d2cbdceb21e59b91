import type { Note } from '../../kind.js';
import { fieldOf } from '../common/fields.js';
import { textsOf } from '../common/texts.js';
import type { Report } from './schema.js';

/** Settings by which Grype leaves matches out of its list, besides rules whose matches are listed as ignored. */
const FILTERS = ['only-fixed', 'only-notfixed'];

/** What the configuration in a report leaves out of the scan. */
export function filtersOf({ descriptor }: Report): Note[] {
  const { configuration } = descriptor ?? {};
  const pointer = '/descriptor/configuration';
  const filters = FILTERS.filter((name) => fieldOf(configuration, name) === true).map((name) => ({
    message: `Grype was told to list only a part of the vulnerabilities (${name})`,
    pointer: `${pointer}/${name}`,
  }));
  const [path, ...others] = textsOf(fieldOf(configuration, 'exclude'));
  if (path === undefined) return filters;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  const message = `Grype did not look at ${path.slice(0, 100)}${more} (exclude)`;
  return [...filters, { message, pointer: `${pointer}/exclude` }];
}
