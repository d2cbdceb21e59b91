import { fieldOf, textField } from '../common/fields.js';
import { isObject, numberOf } from '../common/texts.js';
import { notificationReader } from './notifications.js';
import { listOf } from './properties.js';
import type { Run } from './schema.js';

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;

/** Files that the tool was told to scan (3.24.6), where it lists them. Dependency-Check lists what it scanned. */
function scannedArtifacts({ artifacts, tool }: Run): number | undefined {
  if (!artifacts) return undefined;
  if (/^dependency-check$/i.test(tool.driver.name)) return artifacts.length;
  return (
    artifacts.filter(({ roles }) => listOf(roles).includes('analysisTarget')).length || undefined
  );
}

/** CodeQL's metrics of whole languages. */
const LINES_OF_CODE = /\/summary\/lines-of-(?:user-)?code$/;

/** CodeQL: files that it extracted, and lines that it counted. */
function codeqlCount(run: Run): number | undefined {
  const lines = listOf(fieldOf(run.properties, 'metricResults')).filter((metric) =>
    LINES_OF_CODE.test(
      textField(metric, 'ruleId') ?? textField(fieldOf(metric, 'rule'), 'id') ?? '',
    ),
  );
  const isEmpty =
    lines.length > 0 && lines.every((metric) => numberOf(fieldOf(metric, 'value')) === 0);
  if (isEmpty) return 0;
  const read = notificationReader(run);
  const extracted = listOf(run.invocations)
    .flatMap((invocation) => read(invocation, ''))
    .filter(({ id }) => id?.endsWith('/successfully-extracted-files'));
  return sum(extracted.map(({ places }) => Math.max(places, 1))) || undefined;
}

/** Snyk: packages of a project, or files of code that it supports. */
function snykCount({ tool, properties }: Run): number | undefined {
  if (!/snyk/i.test(tool.driver.name)) return undefined;
  const packages = fieldOf(tool.driver.properties, 'artifactsScanned');
  if (isCount(packages)) return packages;
  const files = fieldOf(properties, 'coverage');
  if (!Array.isArray(files)) return undefined;
  const supported = files.filter((one) => fieldOf(one, 'isSupported') === true);
  return sum(supported.map((one) => fieldOf(one, 'files')).filter(isCount));
}

/** Bandit: the metrics of each file that it read. */
function banditCount({ tool, properties }: Run): number | undefined {
  if (!/bandit/i.test(tool.driver.name)) return undefined;
  const metrics = fieldOf(properties, 'metrics');
  if (!isObject(metrics) || !isObject(metrics._totals)) return undefined;
  return numberOf(metrics._totals.loc) === 0 ? 0 : Object.keys(metrics).length - 1;
}

/** How many packages or files were looked at. Of several numbers, the least counts. */
export function lookedAtIn(run: Run): number | undefined {
  const counts = [scannedArtifacts(run), codeqlCount(run), snykCount(run), banditCount(run)];
  const known = counts.filter(isCount);
  return known.length > 0 ? known.reduce((a, b) => Math.min(a, b)) : undefined;
}

/** Whether a run lists files (3.14.15), as ESLint does. A file with a role can be a configuration of the tool. */
export const listsFiles = ({ artifacts }: Run): boolean =>
  (artifacts ?? []).some(
    ({ location, roles }) =>
      (location?.uri ?? '').trim() !== '' &&
      (roles === undefined || roles === null || (Array.isArray(roles) && roles.length === 0)),
  );
