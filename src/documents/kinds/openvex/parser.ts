import { normalizeId } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault, refuseTooMany } from '../../fault.js';
import type { Claim, DocumentParser, Note } from '../../kind.js';
import { noteOf } from './doubts.js';
import { check, type Document, type Statement } from './schema.js';
import { isAbsolving, isComparable, targetsOf } from './targets.js';

const CONTEXT = 'https://openvex.dev/ns';

const INSTANT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Maximum length of a text, because each claim of a statement repeats it. */
const MAX_TEXT = 2000;

/** An instant of the document, in UTC with milliseconds. */
function instant(text: string, pointer: string): string {
  const time = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (!(time >= 0))
    throw new DocumentFault(
      'must be a date and time, such as 2026-01-15T09:30:00Z (RFC 3339)',
      pointer,
    );
  return new Date(time).toISOString();
}

/** The time of a statement, or else of the document (section "Data Inheritance"). */
function statedAt(statement: Statement, document: Document, pointer: string): string {
  const { last_updated, timestamp } = statement;
  if (last_updated) return instant(last_updated, `${pointer}/last_updated`);
  if (timestamp) return instant(timestamp, `${pointer}/timestamp`);
  if (document.timestamp) return instant(document.timestamp, '/timestamp');
  throw new DocumentFault('is required', '/timestamp');
}

function idsOf({ vulnerability }: Statement, pointer: string): string[] {
  if (typeof vulnerability === 'string' && vulnerability) return [normalizeId(vulnerability)];
  const { name, '@id': id, aliases } = typeof vulnerability === 'string' ? {} : vulnerability;
  const own = name || id;
  if (!own) throw new DocumentFault('is required', `${pointer}/vulnerability/name`);
  return [...new Set([own, ...(aliases ?? [])].filter(Boolean).map(normalizeId))];
}

/** The fields that all claims of a statement share. */
function baseOf(statement: Statement, document: Document, pointer: string) {
  const { status, justification, impact_statement, action_statement, status_notes } = statement;
  if (status === 'not_affected' && !justification?.trim() && !impact_statement?.trim())
    throw new DocumentFault(
      'must have justification or impact_statement, because its status is not_affected',
      pointer,
    );
  const detail = [impact_statement, action_statement, status_notes].filter(Boolean).join('\n');
  return {
    status,
    absolves: isAbsolving(statement),
    justification: justification?.slice(0, MAX_TEXT) || undefined,
    detail: detail.slice(0, MAX_TEXT) || undefined,
    statedAt: statedAt(statement, document, pointer),
  };
}

function claimsOf(document: Document): Claim[] {
  const claims: Claim[] = [];
  for (const [i, statement] of (document.statements ?? []).entries()) {
    const pointer = `/statements/${i}`;
    const base = baseOf(statement, document, pointer);
    const ids = idsOf(statement, pointer);
    for (const target of targetsOf(statement, pointer))
      for (const vulnerability of ids) {
        refuseTooMany(claims.length + 1, 'claims', pointer);
        claims.push({ vulnerability, ...target, ...base });
      }
  }
  return claims;
}

const NO_PRODUCTS = 'has no products, so it';

/** Statements without products, and products that no artifact of a release can match: the first of each statement. */
function warningsOf({ statements }: Document): Note[] {
  return (statements ?? []).flatMap((statement, i) => {
    const { products } = statement;
    if (!products?.length) {
      const effect = isAbsolving(statement) ? 'applies to nothing' : 'is about this release';
      return [{ message: `${NO_PRODUCTS} ${effect}`, pointer: `/statements/${i}` }];
    }
    const doubt = noteOf(statement, `/statements/${i}`);
    if (doubt) return [doubt];
    const at = products.findIndex((product) => !isComparable(product));
    if (at < 0) return [];
    const message =
      'has neither a package URL nor a SHA-256 hash, so claims about this product apply to no release';
    return [{ message, pointer: `/statements/${i}/products/${at}` }];
  });
}

/** The version in `https://openvex.dev/ns/v0.2.0`. Before 0.2.0, the context had no version. */
function specVersionOf({ '@context': context }: Document): string | undefined {
  const version = /^\/(v\d+\.\d+\.\d+)\/?$/.exec(context.slice(CONTEXT.length))?.[1];
  if (version && !version.startsWith('v0.'))
    throw new DocumentFault(
      'must name version 0 of OpenVEX, such as https://openvex.dev/ns/v0.2.0',
      '/@context',
    );
  return version;
}

export const parser: DocumentParser = {
  version: 5,

  recognizes(document) {
    const context: unknown = Object(document)['@context'];
    return typeof context === 'string' && context.startsWith(CONTEXT);
  },

  parse(document) {
    const vex = check(document);
    const specVersion = specVersionOf(vex);
    const claims = claimsOf(vex);
    const warnings = warningsOf(vex);
    return {
      tool: vex.tooling || 'OpenVEX',
      specVersion,
      coverage: [],
      claims,
      ...(warnings.length > 0 && { warnings }),
    };
  },
};
