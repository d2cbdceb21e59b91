import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;
/** PostgreSQL's `"char"`, the one-byte type of its catalogs. */
const OID_CHAR = 18;
const OID_TEXT = 25;

/** The database's name in a connection URL; PostgreSQL's default is the role's, ours is `postgres`. */
export function databaseName(url) {
  return decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres';
}

/** The same URL for another database of the same server. */
export function withDatabase(url, name) {
  return Object.assign(new URL(url), { pathname: `/${encodeURIComponent(name)}` }).href;
}

/** Runs `use` with one open connection and closes it whatever happens. */
export async function withClient(url, use) {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => {}); // a lost connection also rejects the query that needed it
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** adapter-pg rejects OID 18, which the engine's introspection reads and wants as a Character. */
function readCharColumns(adapter) {
  const queryRaw = adapter.queryRaw;
  adapter.queryRaw = async (query) => {
    const columns = [];
    const reader = Object.create(adapter, {
      performIO: {
        value: async (statement) => {
          const result = await adapter.performIO(statement);
          result.fields.forEach((field, index) => {
            if (field.dataTypeID !== OID_CHAR) return;
            field.dataTypeID = OID_TEXT;
            columns.push(index);
          });
          return result;
        },
      },
    });
    const result = await queryRaw.call(reader, query);
    for (const index of columns) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
}

/** adapter-pg splits a script at each `;`, which breaks plpgsql bodies: send it whole. */
function runScriptsWhole(adapter, onSqlError) {
  adapter.executeScript = async (sql) => {
    try {
      await adapter.underlyingDriver().query(sql);
    } catch (error) {
      const line = error.position
        ? `, line ${sql.slice(0, error.position).split('\n').length}`
        : '';
      onSqlError(`${error.message} (SQLSTATE ${error.code}${line})`);
      adapter.onError(error);
    }
  };
}

/**
 * PostgreSQL notices within a second that its client has died and rolls back; else it would wait for a
 * lock, apply the migration and leave nobody to record it.
 */
function sessionOptions(schema) {
  const path = schema === 'public' ? '' : ` -c search_path="${schema}"`;
  return `-c client_connection_check_interval=1000${path}`;
}

/** A driver adapter fit for the schema engine: one session, because its advisory lock belongs to it. */
export async function connect(url, onSqlError) {
  const parsed = new URL(url);
  const schema = parsed.searchParams.get('schema') ?? 'public';
  // In pg, `?options=` of the URL would replace the options below.
  const own = parsed.searchParams.getAll('options');
  parsed.searchParams.delete('options');
  const adapter = await new PrismaPg(
    {
      connectionString: own.length > 0 ? parsed.href : url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      max: 1,
      idleTimeoutMillis: 0,
      options: [...own, sessionOptions(schema)].join(' '),
    },
    { schema },
  ).connect();
  readCharColumns(adapter);
  runScriptsWhole(adapter, onSqlError);
  return adapter;
}
