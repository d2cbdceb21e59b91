import type { Finding } from '../../kind.js';
import { MASK, withoutSecrets } from '../common/mask.js';
import { withoutUsers } from './addresses.js';
import type { Result } from './schema.js';

/**
 * Fields that may contain a secret. Trivy masks a secret in its own match and lines, but not in the lines of a
 * misconfiguration of the same file, or in the commands and environment of an image.
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

/** The fields of an image's configuration that contain no text by a user. */
const BUILT = new Set(['architecture', 'os', 'created', 'rootfs']);

/** Objects whose field names may be secrets. */
const NAMED = new Set(['Labels', 'Volumes', 'ExposedPorts']);

const isObject = (node: unknown): node is Record<string, unknown> =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

const isEmpty = (value: unknown) => value === null || value === '';

/** Copies a value with mapped fields. In a list, it maps the fields of each item. */
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

/** @returns a function that copies an object, with all texts masked except in the named fields */
const leaving = (names: ReadonlySet<string>) => (node: unknown) =>
  isObject(node)
    ? mapFields(node, (name, value) => (names.has(name) ? value : fieldWithoutTexts(name, value)))
    : maskTexts(node);

const maskStep = leaving(new Set(['created']));

/** Masks an image's configuration. Its history keeps only its times. */
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

/** The secrets of a result, including those that the user ignores. */
function* secretsOf({ Secrets, ExperimentalModifiedFindings: modified }: Result) {
  yield* Secrets ?? [];
  for (const { Type, Finding } of modified ?? []) {
    if (Type === 'secret') yield Object(Finding) as { readonly Match?: unknown };
  }
}

/**
 * Masks secrets in a report and in the texts of its findings.
 * @returns undefined if the report has no secret
 */
export function maskSecrets(
  report: object,
  results: readonly Result[],
  findings: readonly Finding[],
) {
  const users = withoutUsers(report);
  const found = results.flatMap((result) => [...secretsOf(result)]);
  if (found.length === 0 && !users) return undefined;
  const matches = found.flatMap(({ Match }) => (typeof Match === 'string' ? Match : []));
  const secrets = new Set([...matches, ...(users?.secrets ?? [])]);
  const document = users?.copy ?? report;
  const shown = findings.map(({ title, message, location }) => ({ title, message, location }));
  const clean = withoutSecrets(shown, secrets) as typeof shown;
  return {
    findings: findings.map((finding, i) => ({ ...finding, ...clean[i] })),
    masked: withoutSecrets(found.length > 0 ? withoutHolders(document) : document, secrets),
  };
}
