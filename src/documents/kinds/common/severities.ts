import type { Severity } from '../../../vocabulary/severity.js';

/** Maps a tool's words, in lower case, to severities. */
export type SeverityTable = Readonly<Record<string, Severity>>;

/** The severity for a tool's word, or `unknown` if the word is missing or not in the table. */
export function severityOf(table: SeverityTable, word: string | null | undefined): Severity {
  const key = word?.toLowerCase() ?? '';
  return (Object.hasOwn(table, key) && table[key]) || 'unknown';
}
