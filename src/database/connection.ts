import type pg from 'pg';

/** The schema in `?schema=` of a Prisma URL. pg does not support this parameter. */
export function schemaOf(url: string): string {
  return new URL(url).searchParams.get('schema') ?? 'public';
}

/**
 * Settings that change what a statement means or returns. A role may set them for itself (`ALTER ROLE … SET`), which
 * PostgreSQL cannot forbid. Options of the connection take precedence, so such a setting has no effect here. Digests of
 * rows depend on the first three.
 */
const FIXED: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  gin_fuzzy_search_limit: '0',
  default_transaction_isolation: 'read\\ committed',
};

const FIXED_OPTIONS = Object.entries(FIXED).map(([name, value]) => `-c ${name}=${value}`);

/** Names of the settings that a role cannot change for this program, in lower case. */
export const FIXED_SETTINGS: ReadonlySet<string> = new Set(
  ['search_path', ...Object.keys(FIXED)].map((name) => name.toLowerCase()),
);

/**
 * The settings of a connection, with session options that select the schema, and other options. In pg, `?options=` of
 * the URL would replace all of these. It comes first here, so that these win.
 */
export function connection(url: string, ...others: string[]): pg.ClientConfig {
  const schema = schemaOf(url);
  const parsed = new URL(url);
  const own = parsed.searchParams.getAll('options');
  parsed.searchParams.delete('options');
  // Temporary tables last: PostgreSQL looks there first, and one could stand in for a table of the schema.
  const isSelected = schema === 'public' && own.some((option) => option.includes('search_path'));
  const selected = isSelected ? [] : [`-c search_path="${schema}",pg_temp`];
  const options = [...own, ...FIXED_OPTIONS, ...selected, ...others];
  return {
    connectionString: own.length > 0 ? parsed.href : url,
    options: options.join(' '),
  };
}
