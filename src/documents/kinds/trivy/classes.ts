import type { FindingType } from '../../../vocabulary/finding-types.js';
import { objectsOf } from '../common/texts.js';
import type { Result } from './schema.js';

/** Trivy's result classes. */
export const CLASSES: ReadonlyMap<string, FindingType> = new Map([
  ['os-pkgs', 'vulnerability'],
  ['lang-pkgs', 'vulnerability'],
  ['config', 'misconfiguration'],
  ['secret', 'secret'],
  ['license', 'licence'],
  ['license-file', 'licence'],
]);

export const isOfPackages = ({ Class }: Result) => CLASSES.get(Class ?? '') === 'vulnerability';

export const isOfSystem = ({ Class }: Result) => Class === 'os-pkgs';

/** The packages that a result lists: what names none is no package. */
export const packagesOf = ({ Packages }: Result) =>
  objectsOf(Packages).filter((one) =>
    [one.Name, one.ID].some((name) => typeof name === 'string' && name.trim() !== ''),
  );

/** Whether a result lists packages. One setting of Trivy is for the whole report. */
export const listsPackages = (result: Result) => packagesOf(result).length > 0;

/** Whether Trivy may have found no package of the operating system: nothing in the result shows one. */
export const isBareSystem = (result: Result) =>
  isOfSystem(result) &&
  !listsPackages(result) &&
  [result.Vulnerabilities, result.ExperimentalModifiedFindings].every(
    (list) => objectsOf(list).length === 0,
  );
