import type { DocumentFault } from './fault.js';

/** A line that is not a JSON value: output that was written into the report, or a line that was cut. */
export interface OtherLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** A document of JSON Lines: a JSON value on each line. */
export class JsonLines {
  constructor(
    readonly values: readonly unknown[],
    readonly others: readonly OtherLine[],
    /** Why the document is not one JSON value, for kinds that are. */
    readonly fault: () => DocumentFault,
  ) {}
}
