/** Errors after which Semgrep did not look at a file. */
export const NOT_PARSED: ReadonlySet<string> = new Set([
  ...['Syntax error', 'Lexical error', 'Other syntax error', 'AST builder error'],
  'Fatal error',
]);

/** Errors after which some rules did not look at a file. They may be written once for each rule. */
export const ENDED_EARLY: ReadonlySet<string> = new Set([
  ...['Timeout', 'Timeout during interfile analysis', 'Fixpoint timeout', 'Stack overflow'],
  ...[
    'Out of memory',
    'OOM during interfile analysis',
    'Too many matches',
    'Internal matching error',
  ],
]);

/** Errors after which Semgrep did not look at a part of a file. */
export const IN_PART: ReadonlySet<string> = new Set(['PartialParsing', 'Partial parsing']);

/** Errors after which a rule did not run at all: it is for another version or product of Semgrep. */
export const LEFT_OUT: ReadonlySet<string> = new Set([
  ...['Incompatible rule', 'IncompatibleRule', 'IncompatibleRule0', 'Missing plugin'],
]);

/**
 * Errors about a part of a file, or a rule for another version or product of Semgrep. After any other, a file was not
 * analysed completely.
 */
export const PARTIAL: ReadonlySet<string> = new Set([
  ...IN_PART,
  ...LEFT_OUT,
  ...['Semgrep match found in', 'Dependency resolution error', 'DependencyResolutionError'],
]);
