import type { Severity } from '../../../vocabulary/severity.js';

/** A tool's words, in lower case, for the severities of this platform. */
export type SeverityTable = Readonly<Record<string, Severity>>;

/** What a tool's word means; a word that is in no table is `unknown`, and so is none. */
export function severityOf(table: SeverityTable, word: string | null | undefined): Severity {
  const key = word?.toLowerCase() ?? '';
  return (Object.hasOwn(table, key) && table[key]) || 'unknown';
}
