import { fieldOf } from '../common/fields.js';
import { MASK, withoutSecrets } from '../common/mask.js';
import { isContent } from './fields.js';
import type { Report, Result } from './schema.js';

/** Fields of `extra` that remain. Others may have the code around a secret, or the secret itself. */
const KEPT = new Set(['severity', 'is_ignored', 'validation_state', 'engine_kind']);

/** Fields of `metadata` that remain. */
const DESCRIPTIVE = new Set(['cwe', 'owasp', 'product', 'category', 'confidence', 'technology']);

const isPlain = (value: unknown) => typeof value !== 'object' || value === null;

/** Keeps texts, numbers and lists of them. */
const kept = (value: unknown) =>
  isPlain(value) || (Array.isArray(value) && value.every(isPlain)) ? value : {};

function chosen(value: unknown, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(Object(value))
      .filter(([name]) => names.has(name))
      .map(([name, child]) => [name, kept(child)]),
  );
}

/** Numbers of a place. */
const placeOf = (place: unknown) =>
  Object.fromEntries(
    Object.entries(Object(place)).filter(([, value]) => typeof value === 'number'),
  );

/** What remains of a result with a secret: its rule, place, severity and kind of weakness. */
function maskResult(result: Result): unknown {
  return {
    check_id: result.check_id,
    path: result.path,
    start: placeOf(result.start),
    end: placeOf(fieldOf(result, 'end')),
    extra: {
      ...chosen(result.extra, KEPT),
      message: MASK,
      lines: MASK,
      metadata: chosen(result.extra?.metadata, DESCRIPTIVE),
    },
  };
}

/** Contents of metavariables that are names or operators. Masking them would mask words everywhere. */
const isName = (text: string) => text.length < 8 || /^[A-Za-z_.$]{1,15}$/.test(text);

/** Texts that must not remain: the code of a result, and the contents of its metavariables. */
function secretsOf({ extra }: Result): string[] {
  const contents = Object.values(Object(extra?.metavars)).flatMap((metavar) => [
    fieldOf(metavar, 'abstract_content'),
    fieldOf(fieldOf(metavar, 'propagated_value'), 'svalue_abstract_content'),
  ]);
  const texts = contents.filter((text) => typeof text === 'string') as string[];
  return [extra?.lines, ...texts.filter((text) => !isName(text))].filter(isContent);
}

/**
 * Copies a report without its secrets.
 * @returns the masked report, and the secrets to clean the findings
 */
export function maskReport(
  report: Report,
  secretResults: ReadonlySet<Result>,
): { masked: unknown; secrets: readonly string[] } {
  const secrets = [...secretResults].flatMap(secretsOf);
  const results = report.results.map((result) =>
    secretResults.has(result) ? maskResult(result) : result,
  );
  // Explanations are code of any file.
  const { explanations: _explanations, ...rest } = report as Report & { explanations?: unknown };
  return { masked: withoutSecrets({ ...rest, results }, secrets), secrets };
}
