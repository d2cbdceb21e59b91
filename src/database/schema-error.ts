/** The server must not use the database in this state. The message says what to do. */
export class SchemaError extends Error {
  override name = 'SchemaError';
}
