import { readPurl, tagOf } from '../../vocabulary/purl.js';
import { normalizeId } from '../../vocabulary/vulnerability-ids.js';
import type { Claim, Component, Finding } from '../kind.js';
import { storableLicences } from './licences.js';

/** A column of a table: its name, the PostgreSQL type that its text is cast to, and the text for a row. */
export interface Column<Row> {
  readonly name: string;
  readonly type: string;
  text(row: Row): string | null;
}

/** Rows to insert into one table, as one PostgreSQL array literal per column. */
export interface Batch {
  readonly table: TableName;
  readonly rows: number;
  readonly columns: readonly string[];
}

/** Makes a text storable in PostgreSQL, and cuts it to `max` UTF-16 units. */
export function clean(text: string | null | undefined, max: number): string | null {
  if (typeof text !== 'string') return null;
  const cut = text.length > max ? text.slice(0, max) : text;
  return cut.toWellFormed().replaceAll('\u0000', '\ufffd');
}

/** Writes an array literal (PostgreSQL manual, "Array Input and Output Syntax"). */
export function arrayLiteral(texts: Iterable<string | null>): string {
  let literal = '';
  for (const text of texts) {
    if (literal !== '') literal += ',';
    if (text === null) literal += 'NULL';
    else literal += `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
  }
  return `{${literal}}`;
}

const column = <Row>(name: string, text: Column<Row>['text'], type = 'text'): Column<Row> => ({
  name,
  type,
  text,
});

/** An array literal of the distinct texts. `refuseLargeRows` bounds their number. */
function list(texts: readonly string[] | undefined, max: number): string {
  const distinct = new Set((texts ?? []).map((text) => clean(text, max)));
  return arrayLiteral(distinct);
}

const allOf = (texts: readonly string[]) =>
  arrayLiteral(texts.map((text) => clean(text, text.length)));

const integer = (value: number | undefined) =>
  value !== undefined && Number.isInteger(value) && value >= 0 && value <= 2_147_483_647
    ? String(value)
    : null;

/** An instant that PostgreSQL's `timestamptz` can hold, else null. */
function instant(text: string | undefined): string | null {
  const time = new Date(text ?? Number.NaN);
  const year = time.getUTCFullYear();
  return year >= 1 && year <= 9999 ? time.toISOString() : null;
}

const COMPONENTS: readonly Column<Component>[] = [
  column('type', ({ type }) => clean(type, 50)),
  column('name', ({ name }) => clean(name, 500)),
  column('version', ({ version }) => clean(version, 200)),
  column('purl', ({ purl }) => clean(purl, 1000)),
  column('key', ({ purl, type, name }) => readPurl(purl)?.key ?? clean(`${type}:${name}`, 500)),
  column('licences', ({ licences }) => allOf(storableLicences(licences)), 'text[]'),
];

const FINDINGS: readonly Column<Finding>[] = [
  column('type', ({ type }) => type, 'finding_type'),
  column('severity', ({ severity }) => severity, 'severity'),
  column('rule', ({ rule }) => clean(rule, 500)),
  column('aliases', ({ aliases }) => list(aliases, 200), 'text[]'),
  column('title', ({ title }) => clean(title, 500)),
  column('message', ({ message }) => clean(message, 4000)),
  column(
    'score',
    ({ score }) => (Number.isFinite(score) ? String(score) : null),
    'double precision',
  ),
  column('vector', ({ vector }) => clean(vector, 500)),
  column('purl', ({ purl }) => clean(purl, 1000)),
  column('purl_key', ({ purl }) => readPurl(purl)?.key ?? null),
  column('package_name', ({ packageName }) => clean(packageName, 500)),
  column('package_version', ({ packageVersion }) => clean(packageVersion, 200)),
  column('purl_version', ({ purl, packageVersion }) =>
    clean(readPurl(purl)?.version ?? packageVersion, 200),
  ),
  column('fixed_version', ({ fixedVersion }) => clean(fixedVersion, 500)),
  column('unfixable', ({ unfixable }) => String(unfixable ?? false), 'boolean'),
  column('location', ({ location }) => clean(location, 1000)),
  column('line', ({ line }) => integer(line), 'integer'),
  // Clients show it as a link, so other schemes, such as `javascript:`, are dropped.
  column('url', ({ url }) => (/^https?:\/\//i.test(url ?? '') ? clean(url, 2000) : null)),
  column('fingerprint', ({ fingerprint }) => `\\x${fingerprint}`, 'bytea'),
];

/**
 * A product of a claim: the key of a package with its version if it has one, or a digest. The tag of an image is its
 * version unless that is a digest. Claims are compared with the same texts of artifacts (`claims.sql.ts`).
 */
function productOf(text: string): string {
  const purl = readPurl(text);
  if (!purl) return text;
  const tag = /^sha256:/i.test(purl.version ?? '') ? '' : tagOf(purl);
  return `${purl.key}${/@[^?#]*/.exec(purl.purl)?.[0] ?? ''}${tag && `?tag=${tag}`}`;
}

const CLAIMS: readonly Column<Claim>[] = [
  column('target', ({ fingerprint, vulnerability }) =>
    clean(fingerprint ?? normalizeId(vulnerability ?? ''), 500),
  ),
  column('purl', ({ purl }) => clean(purl, 1000)),
  column('purl_key', ({ purl }) => readPurl(purl)?.key ?? null),
  column('purl_version', ({ purl }) => clean(readPurl(purl)?.version, 200)),
  column('purl_exact', ({ purl }) => String(readPurl(purl)?.hasQualifiers ?? false), 'boolean'),
  column('products', ({ products }) => list(products?.map(productOf), 1000), 'text[]'),
  column('status', ({ status }) => clean(status, 100)),
  column('absolves', ({ absolves }) => String(absolves), 'boolean'),
  column('justification', ({ justification }) => clean(justification, 500)),
  column('detail', ({ detail }) => clean(detail, 4000)),
  column('stated_at', ({ statedAt }) => instant(statedAt), 'timestamptz'),
];

export interface Alias {
  readonly alias: string;
  readonly canonical: string;
}

const ALIASES: readonly Column<Alias>[] = [
  column('alias', ({ alias }) => clean(alias, 200)),
  column('canonical', ({ canonical }) => clean(canonical, 500)),
];

/** The columns that come from a document. Storing adds the columns for release, evidence and document. */
export const TABLES = {
  components: COMPONENTS,
  findings: FINDINGS,
  claims: CLAIMS,
  vulnerability_aliases: ALIASES,
} as const;

export type TableName = keyof typeof TABLES;

/** Keeps each message between threads, and each SQL statement, short. */
const BATCH_ROWS = 2000;

/** Encodes rows lazily, one batch at a time. */
export function* batchesOf<Row>(
  table: TableName,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Generator<Batch> {
  for (let from = 0; from < rows.length; from += BATCH_ROWS) {
    const batch = rows.slice(from, from + BATCH_ROWS);
    yield {
      table,
      rows: batch.length,
      columns: columns.map(({ text }) => arrayLiteral(batch.map(text))),
    };
  }
}
