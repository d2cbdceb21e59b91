import { MASK, withoutSecrets } from '../common/mask.js';
import type { FindingType } from '../kind.js';
import { isTold, snippetOf } from './identity.js';
import { tagsOf } from './properties.js';
import type { Result, Rule } from './schema.js';

const SCANNERS = /\b(?:gitleaks|trufflehog|detect-secrets|ggshield|gitguardian)\b/i;

/** Hard-coded credentials, passwords and keys, as CodeQL and Semgrep write them; the other two are Trivy's. */
const TAGS = /^(?:secrets?|(?:external\/cwe\/)?cwe-0*(?:798|259|321)(?!\d).*)$/is;

/** What a tool looks for. */
export function shownBy(tool: string): FindingType {
  return SCANNERS.test(tool.slice(0, 200)) ? 'secret' : 'code';
}

/** Do results of this tool and rule have secrets in them? */
export function isSecretRule(tool: string, rule: Rule | undefined): boolean {
  return (
    SCANNERS.test(tool.slice(0, 200)) || tagsOf(rule?.properties).some((tag) => TAGS.test(tag))
  );
}

/** Parts of a result that have code, or text about it, in them, at any depth: also in code flows, stacks and fixes. */
const WHOLLY = new Set([
  'snippet',
  'message',
  'description',
  'insertedContent',
  'body',
  'properties',
]);

/** What results of a run refer to, and what may have code in it. */
const SHARED = new Set(['threadFlowLocations', 'graphs', 'webRequests', 'webResponses']);

/** Every text in a value; names and ids stay. */
function maskTexts(value: unknown): unknown {
  if (typeof value === 'string') return value === '' ? value : MASK;
  if (Array.isArray(value)) return value.map(maskTexts);
  return mapObject(value, (name, child) => (name === 'id' ? child : maskTexts(child)));
}

function maskParts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskParts);
  return mapObject(value, (name, child) =>
    WHOLLY.has(name) ? maskTexts(child) : maskParts(child),
  );
}

/** A copy of an object with other values; of anything else, itself. */
function mapObject(value: unknown, map: (name: string, child: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, map(name, child)]));
}

/** Files that are in the document, as `artifacts` (3.24.8) or otherwise, may have any of the secrets in them. */
const maskContents = (artifacts: unknown) =>
  Array.isArray(artifacts)
    ? artifacts.map((artifact) =>
        mapObject(artifact, (name, child) => (name === 'contents' ? maskTexts(child) : child)),
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
      ? value.map((result) => (secretResults.has(result) ? maskParts(result) : result))
      : value;
  const run = (value: unknown) =>
    mapObject(value, (name, child) => {
      if (name === 'results') return results(child);
      if (SHARED.has(name)) return maskParts(child);
      return name === 'artifacts' ? maskContents(child) : child;
    });
  const masked = mapObject(document, (name, child) =>
    name === 'runs' && Array.isArray(child) ? child.map(run) : child,
  );
  return withoutSecrets(masked, secrets);
}

/** The lines that a result is about, out of those around it: CodeQL gives no other snippet. */
function linesInContext(result: Result): string[] {
  const { region, contextRegion } = result.locations?.[0]?.physicalLocation ?? {};
  const first = region?.startLine;
  const text = contextRegion?.snippet?.text;
  if (!first || !isTold(text)) return [];
  const offset = first - (contextRegion?.startLine ?? 1);
  const count = (region.endLine ?? first) - first + 1;
  return text.split('\n').slice(Math.max(offset, 0), Math.max(offset + count, 0));
}

/** The texts of a result that must not remain anywhere. */
export function secretsOf(result: Result): string[] {
  const snippet = snippetOf(result);
  const texts = snippet === undefined ? linesInContext(result) : [snippet];
  return texts.flatMap((text) => [text, text.trim()]);
}
