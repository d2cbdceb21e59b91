import { DocumentFault } from '../fault.js';
import type { ParsedDocument } from '../kind.js';
import { storedComponents } from './subjects.js';

/** How many ids and licences one row may have. */
export interface RowLimits {
  readonly aliases: number;
  readonly licences: number;
}

export const ROW_LIMITS: RowLimits = { aliases: 200, licences: 500 };

/** Maximum number of products of one claim. */
const MAX_PRODUCTS = 1000;

const countOf = (texts: readonly string[] = []) => new Set(texts).size;

/** The first row with more than a limit, if there is one. */
function firstBeyond<Row>(
  rows: readonly Row[],
  limit: number,
  of: (row: Row) => readonly string[] | undefined,
) {
  const row = rows.find((one) => (of(one)?.length ?? 0) > limit && countOf(of(one)) > limit);
  return row && { row, count: countOf(of(row)) };
}

/**
 * Refuses a document with a row that cannot be stored whole. A part of its ids or licences could say yes where all say
 * no: a search for an id that was cut finds nothing, and a claim that was cut does not replace an older one.
 * @throws {DocumentFault}
 */
export function refuseLargeRows(parsed: ParsedDocument, limits: RowLimits): void {
  const { findings = [], claims = [] } = parsed;
  const components = storedComponents(parsed);
  const finding = firstBeyond(findings, limits.aliases, ({ aliases }) => aliases);
  if (finding) {
    throw new DocumentFault('has too many aliases', '', undefined, {
      ...{ quota: 'QUOTA_ALIASES_PER_FINDING', maximum: limits.aliases, wanted: finding.count },
      row: finding.row.rule,
    });
  }
  const component = firstBeyond(components, limits.licences, ({ licences }) => licences);
  if (component) {
    throw new DocumentFault('has too many licences', '', undefined, {
      ...{
        quota: 'QUOTA_LICENCES_PER_COMPONENT',
        maximum: limits.licences,
        wanted: component.count,
      },
      row: component.row.name,
    });
  }
  if (firstBeyond(claims, MAX_PRODUCTS, ({ products }) => products)) {
    const fault = `has a claim about more than ${MAX_PRODUCTS} products`;
    throw new DocumentFault(fault, '', undefined, 'limit');
  }
}
