/** The data of an event without the digest of the row, which is another in each run. */
export function withoutRow(data: string): Record<string, unknown> {
  const { row: _digest, ...rest } = JSON.parse(data);
  return rest;
}
