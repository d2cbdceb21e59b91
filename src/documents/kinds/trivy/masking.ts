import type { Finding } from '../../kind.js';
import { MASK, withoutSecrets } from '../common/mask.js';
import { withoutUsers } from './addresses.js';
import type { Report, Result } from './schema.js';

/**
 * Fields that may have a secret in it: Trivy puts stars in a secret's own match and lines, but not in the lines of a
 * misconfiguration of the same file, nor in the commands and the environment that an image was built with.
 */
const HOLDERS = new Set([
  'Match',
  'Content',
  'Highlighted',
  'RenderedCause',
  'CreatedBy',
  'created_by',
  'Env',
  'Cmd',
  'Entrypoint',
  'Labels',
]);

/** Of how an image was built and is run, only this has no text that somebody wrote. */
const BUILT = new Set(['architecture', 'os', 'created', 'rootfs']);

/** Names in these are texts, too. */
const NAMED = new Set(['Labels', 'Volumes', 'ExposedPorts']);

const isObject = (node: unknown): node is Record<string, unknown> =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

const isEmpty = (value: unknown) => value === null || value === '';

/** A copy of a value with other fields, of what is in it, too. */
function mapFields(node: unknown, map: (name: string, value: unknown) => unknown): unknown {
  if (Array.isArray(node)) return node.map((item) => mapFields(item, map));
  if (!isObject(node)) return node;
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, map(name, value)]));
}

function maskTexts(node: unknown): unknown {
  if (typeof node === 'string') return node === '' ? node : MASK;
  if (Array.isArray(node)) return node.map(maskTexts);
  return mapFields(node, fieldWithoutTexts);
}

const fieldWithoutTexts = (name: string, value: unknown) =>
  NAMED.has(name) && !isEmpty(value) ? MASK : maskTexts(value);

/** A copy without any text but those in some of an object's fields. */
const leaving = (names: ReadonlySet<string>) => (node: unknown) =>
  isObject(node)
    ? mapFields(node, (name, value) => (names.has(name) ? value : fieldWithoutTexts(name, value)))
    : maskTexts(node);

const maskStep = leaving(new Set(['created']));

/** An image's configuration; its history is told with its times. */
const maskImage = (image: unknown) => {
  const history = isObject(image) && Array.isArray(image.history) ? image.history : undefined;
  const masked = leaving(BUILT)(image);
  return history && isObject(masked) ? { ...masked, history: history.map(maskStep) } : masked;
};

function withoutHolders(node: unknown): unknown {
  return mapFields(node, (name, value) => {
    if (HOLDERS.has(name) && !isEmpty(value)) return MASK;
    return withoutHolders(name === 'ImageConfig' ? maskImage(value) : value);
  });
}

/** Secrets of a result, also those that somebody set aside. */
function* secretsOf({ Secrets, ExperimentalModifiedFindings: modified }: Result) {
  yield* Secrets ?? [];
  for (const { Type, Finding } of modified ?? []) if (Type === 'secret') yield Finding ?? {};
}

/**
 * Takes what secrets can be read from out of a report, and out of the texts of its findings.
 * @returns undefined for a report that has none
 */
export function maskSecrets(report: Report, findings: readonly Finding[]) {
  const users = withoutUsers(report);
  const found = (report.Results ?? []).flatMap((result) => [...secretsOf(result)]);
  if (found.length === 0 && !users) return undefined;
  const matches = found.flatMap(({ Match }) => Match ?? []);
  const secrets = new Set([...matches, ...(users?.secrets ?? [])]);
  const document = users?.copy ?? report;
  const shown = findings.map(({ title, message, location }) => ({ title, message, location }));
  const clean = withoutSecrets(shown, secrets) as typeof shown;
  return {
    findings: findings.map((finding, i) => ({ ...finding, ...clean[i] })),
    masked: withoutSecrets(found.length > 0 ? withoutHolders(document) : document, secrets),
  };
}
