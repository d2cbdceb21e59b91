import { JsonLines } from '../../json-lines.js';

/** An event of `go test -json` (package `cmd/test2json` of Go). */
export interface TestEvent {
  readonly Action: string;
  /** Empty if `go tool test2json` was not told the package. */
  readonly Package: string;
  /** Absent for events of the whole package. */
  readonly Test?: string | undefined;
  readonly Output?: string | undefined;
  readonly Elapsed?: number | undefined;
  readonly Time?: string | undefined;
  /** The build that failed, as `Package` of its `build-fail`. */
  readonly FailedBuild?: string | undefined;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

const ACTIONS = new Set([
  'start',
  'run',
  'pause',
  'cont',
  'output',
  'pass',
  'fail',
  'skip',
  'bench',
]);

/** @returns undefined for a value that is not an event. Events of builds name the package as `ImportPath` */
export function eventOf(value: unknown): TestEvent | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const Action = textOf(fields.Action)?.toLowerCase();
  const named = textOf(fields.Package) ?? textOf(fields.ImportPath);
  const isKnown =
    ACTIONS.has(Action ?? '') && ['Test', 'Output', 'Elapsed'].some((name) => name in fields);
  if (Action === undefined || (named === undefined && !isKnown)) return undefined;
  const Package = named ?? '';
  return {
    Action,
    Package,
    Test: textOf(fields.Test),
    Output: textOf(fields.Output),
    Elapsed: typeof fields.Elapsed === 'number' ? fields.Elapsed : undefined,
    Time: textOf(fields.Time),
    FailedBuild: textOf(fields.FailedBuild),
  };
}

/** The lines of the output. One line alone is a JSON document. */
export function linesOf(document: unknown): Pick<JsonLines, 'values' | 'others'> {
  return document instanceof JsonLines ? document : { values: [document], others: [] };
}
