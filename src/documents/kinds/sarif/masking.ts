import { MASK, withoutSecrets } from '../common/mask.js';
import { listOf } from './properties.js';

type Masks = Readonly<Record<string, (value: unknown) => unknown>>;

/** A text or a number stays; what else there is, where one of them should be, does not. */
const kept = (value: unknown) => (typeof value === 'object' ? emptied(value) : value);

/** Nothing remains but the type, so that it is a SARIF document still: names may be secrets, too. */
function emptied(value: unknown): unknown {
  if (typeof value === 'string') return value === '' ? value : MASK;
  if (Array.isArray(value)) return [];
  if (typeof value === 'number') return undefined;
  return typeof value === 'object' && value !== null ? {} : value;
}

/** @returns a function that makes a copy of an object where nothing is left but what `masks` leave */
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

/** All that is left of a result that has a secret: which rule, where, and what became of it. */
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

/** What results of a run refer to by index, and what may have code, or a request, in it. */
const SHARED = new Set([
  'threadFlowLocations',
  'graphs',
  'logicalLocations',
  'webRequests',
  'webResponses',
]);

/** A copy of an object with other values; of anything else, itself. */
function mapObject(value: unknown, map: (name: string, child: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, map(name, child)]));
}

/** Files that are in the document, as `artifacts` (3.24.8) or otherwise, may have any of the secrets in them. */
const maskContents = (artifacts: unknown) =>
  Array.isArray(artifacts)
    ? artifacts.map((artifact) =>
        mapObject(artifact, (name, child) => (name === 'contents' ? leaving({})(child) : child)),
      )
    : artifacts;

/**
 * A copy of a document without its secrets.
 * @param secretResults the results that have them
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
    // Runs may have put there what is masked in them (3.13.5); nothing of it is read.
    if (name === 'inlineExternalProperties') return emptied(child);
    return name === 'runs' ? listOf(child).map(run) : child;
  });
  return withoutSecrets(masked, secrets);
}
