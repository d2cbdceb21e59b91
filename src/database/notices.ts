/** What operators must know about migrations that change the meaning of something that exists. */
const NOTICES: Readonly<Record<string, string>> = {
  '20261129000000_coverage': [
    'Evidence from before this version is read again, and lets nothing pass until then:',
    'see "read-evidence-again" in docs/operations.md',
  ].join(' '),
  '20261129010000_baseline_2': [
    'Environments that follow the latest version of the policy baseline now follow version 2:',
    'each artifact must be covered, and findings count of which no tool says whether a fix exists.',
    'To stay with version 1: PATCH /environments/{name} with {"policies":[{"name":"baseline","version":1}]}',
  ].join(' '),
};

/** The first migration of every database that this server created. */
const FIRST = '20240101000000_projects';

/** The notices of migrations that were just applied. A new database has nothing to be told about. */
export const noticesOf = (applied: readonly string[]): string[] =>
  applied.includes(FIRST) ? [] : applied.flatMap((name) => NOTICES[name] ?? []);
