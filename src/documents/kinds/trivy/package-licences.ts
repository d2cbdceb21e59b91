import type { Finding } from '../../kind.js';
import { licenceFingerprint } from '../common/fingerprint.js';
import { objectsOf, stringOf, textOf, textsOf } from '../common/texts.js';
import { CLASSES } from './classes.js';
import type { Part } from './entries.js';
import { purlOf } from './packages.js';
import type { Result } from './schema.js';

/** Of the whole text of a licence, the scanner lists a name that it makes of its beginning. */
const TEXT = /^text:\/\//;

/** The licences of a package. Early versions of Trivy wrote one, as `License`. */
const licencesOf = ({ Licenses, License }: Readonly<Record<string, unknown>>): string[] =>
  [...textsOf(Licenses), ...textsOf([License])].filter((licence) => licence.trim() !== '');

const isOfLicences = ({ Class, Licenses }: Result) =>
  CLASSES.get(Class ?? '') === 'licence' || (Licenses ?? []).length > 0;

/** Trivy lists the licences that it knows with each package, also if its licence scanner did not run. */
export const hasPackageLicences = (parts: readonly Part[]): boolean =>
  parts.some(({ result }) => objectsOf(result.Packages).some((one) => licencesOf(one).length > 0));

const keyOf = (name: string, licence: string) => JSON.stringify([name, licence.trim()]);

/** What the licence scanner lists, with what is suppressed. */
function listedBy(parts: readonly Part[]) {
  const pairs = new Set<string>();
  const names = new Set<string>();
  for (const { result } of parts) {
    const suppressed = objectsOf(result.ExperimentalModifiedFindings).map(
      ({ Finding: one }) => one,
    );
    for (const one of objectsOf([...(result.Licenses ?? []), ...suppressed])) {
      const [name, licence] = [stringOf(one.PkgName), stringOf(one.Name)];
      if (name === undefined || licence === undefined) continue;
      names.add(name);
      pairs.add(keyOf(name, licence));
    }
  }
  return { pairs, names };
}

/**
 * The licences of packages that the licence scanner ran over and does not list, because of a filter such as
 * `--severity` or `--ignored-licenses`. They are harmless for the tool, and may not be for a policy. Of a report
 * without this scanner they are not read, because it shows nothing about licences.
 */
export function* packageLicences(parts: readonly Part[]): Generator<Finding> {
  if (!parts.some(({ result }) => isOfLicences(result))) return;
  const { pairs, names } = listedBy(parts);
  for (const { result } of parts) {
    for (const one of objectsOf(result.Packages)) {
      const name = stringOf(one.Name) ?? '';
      const version = textOf(one.Version);
      const purl = purlOf(result.Type, name, version, stringOf(Object(one.Identifier).PURL));
      for (const licence of licencesOf(one)) {
        const isListed = pairs.has(keyOf(name, licence)) || (TEXT.test(licence) && names.has(name));
        if (isListed) continue;
        yield {
          type: 'licence',
          severity: 'none',
          rule: licence,
          title: 'Licence of a package',
          purl,
          packageName: name || undefined,
          packageVersion: version,
          location: result.Target || undefined,
          fingerprint: licenceFingerprint(licence, purl, name || result.Target || undefined),
        };
      }
    }
  }
}
