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

const ACTIONS: ReadonlySet<string> = new Set([
  ...['start', 'run', 'pause', 'cont', 'output', 'pass', 'fail', 'skip', 'bench'],
  ...['attr', 'artifacts', 'build-output', 'build-fail'],
]);

export const isKnownAction = (action: string) => ACTIONS.has(action);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * Whether a value shows that it is an event of Go: other programs also have actions. Events of builds name the package
 * as `ImportPath`.
 */
export function isTelling(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const action = textOf(value.Action)?.toLowerCase();
  if (action === undefined) return false;
  if ((textOf(value.Package) ?? textOf(value.ImportPath)) !== undefined) return true;
  return ACTIONS.has(action) && ['Test', 'Output', 'Elapsed'].some((name) => name in value);
}

/** Whether a value would be an event, if its names were not in another case. */
export const isMisspelled = (value: unknown) =>
  isRecord(value) &&
  value.Action === undefined &&
  Object.keys(value).some((name) => name.toLowerCase() === 'action');

/** @returns undefined for a value that is not an event. A known action needs no package: a failure must not be lost */
export function eventOf(value: unknown): TestEvent | undefined {
  if (!isRecord(value)) return undefined;
  const Action = textOf(value.Action)?.trim().toLowerCase() ?? '';
  if (!isTelling(value) && !ACTIONS.has(Action)) return undefined;
  return {
    Action,
    Package: textOf(value.Package) ?? textOf(value.ImportPath) ?? '',
    Test: textOf(value.Test),
    Output: textOf(value.Output),
    Elapsed: typeof value.Elapsed === 'number' ? value.Elapsed : undefined,
    Time: textOf(value.Time),
    FailedBuild: textOf(value.FailedBuild),
  };
}

/** The lines of the output. One line alone is a JSON document. */
export function linesOf(document: unknown): Pick<JsonLines, 'values' | 'others'> {
  return document instanceof JsonLines ? document : { values: [document], others: [] };
}
