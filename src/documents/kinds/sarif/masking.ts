import { MASK, withoutSecrets } from '../common/mask.js';
import { listOf } from './properties.js';

type Masks = Readonly<Record<string, (value: unknown) => unknown>>;

/** Keeps a text, number or boolean. Masks an object or a list, which does not belong there. */
const kept = (value: unknown) => (typeof value === 'object' ? emptied(value) : value);

/** Keeps only the type of a value, so that the document stays valid SARIF. Field names may also be secrets. */
function emptied(value: unknown): unknown {
  if (typeof value === 'string') return value === '' ? value : MASK;
  if (Array.isArray(value)) return [];
  if (typeof value === 'number') return undefined;
  return typeof value === 'object' && value !== null ? {} : value;
}

/** @returns a function that copies an object, with each field masked by `masks` or else emptied */
function leaving(masks: Masks): (value: unknown) => unknown {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return emptied(value);
    const entries = Object.entries(value).map(([name, child]) => {
      const mask = Object.hasOwn(masks, name) ? masks[name] : undefined;
      return [name, (mask ?? emptied)(child)];
    });
    return Object.fromEntries(entries.filter(([, child]) => child !== undefined));
  };
}

const each = (mask: (value: unknown) => unknown) => (value: unknown) =>
  Array.isArray(value) ? value.map(mask) : emptied(value);

const numberOnly = (value: unknown) => (typeof value === 'number' ? value : emptied(value));

const region = leaving(
  Object.fromEntries(
    [
      ...['startLine', 'startColumn', 'endLine', 'endColumn'],
      ...['charOffset', 'charLength', 'byteOffset', 'byteLength'],
    ].map((name) => [name, numberOnly]),
  ),
);

/** What remains of a result with a secret: its rule, location, level and suppressions. */
const maskResult = leaving({
  ruleId: kept,
  ruleIndex: kept,
  rule: leaving({ id: kept, index: kept, toolComponent: leaving({ index: numberOnly }) }),
  level: kept,
  kind: kept,
  baselineState: kept,
  message: leaving({}),
  suppressions: each(leaving({ kind: kept, status: kept })),
  locations: each(
    leaving({
      physicalLocation: leaving({
        artifactLocation: leaving({ uri: kept, uriBaseId: kept, index: kept }),
        region,
        contextRegion: region,
      }),
    }),
  ),
});

/** Fields of a run that results refer to by index, and that may contain code or requests. */
const SHARED = new Set([
  'threadFlowLocations',
  'graphs',
  'logicalLocations',
  'webRequests',
  'webResponses',
]);

/** Copies an object with mapped values. Returns any other value unchanged. */
function mapObject(value: unknown, map: (name: string, child: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, map(name, child)]));
}

/** Empties the contents of embedded files (3.24.8), which may contain any of the secrets. */
const maskContents = (artifacts: unknown) =>
  Array.isArray(artifacts)
    ? artifacts.map((artifact) =>
        mapObject(artifact, (name, child) => (name === 'contents' ? leaving({})(child) : child)),
      )
    : artifacts;

/**
 * Copies a document without its secrets.
 * @param secretResults the results that contain a secret
 */
export function maskDocument(
  document: unknown,
  secretResults: ReadonlySet<unknown>,
  secrets: Iterable<string>,
): unknown {
  const results = (value: unknown) =>
    Array.isArray(value)
      ? value.map((result) => (secretResults.has(result) ? maskResult(result) : result))
      : value;
  const run = (value: unknown) =>
    mapObject(value, (name, child) => {
      if (name === 'results') return results(child);
      if (SHARED.has(name)) return each(emptied)(child);
      return name === 'artifacts' ? maskContents(child) : child;
    });
  const masked = mapObject(document, (name, child) => {
    // Runs may store there the fields that are masked in runs (3.13.5). The parser reads none of them.
    if (name === 'inlineExternalProperties') return emptied(child);
    return name === 'runs' ? listOf(child).map(run) : child;
  });
  return withoutSecrets(masked, secrets);
}
