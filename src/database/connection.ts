import type pg from 'pg';

/** The schema in `?schema=` of a Prisma URL. pg does not support this parameter. */
export function schemaOf(url: string): string {
  return new URL(url).searchParams.get('schema') ?? 'public';
}

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
  const options = [...own, ...selected, ...others];
  return {
    connectionString: own.length > 0 ? parsed.href : url,
    options: options.join(' '),
  };
}
