import type { FindingType } from '../../../vocabulary/finding-types.js';
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
