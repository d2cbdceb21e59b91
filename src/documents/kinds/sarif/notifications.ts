import { fieldOf, textField } from '../common/fields.js';
import { LEVELS, worstLevel } from './levels.js';
import { listOf, listOrOne } from './properties.js';
import type { Run } from './schema.js';

/** A condition that a tool detected while it ran, or in its configuration (3.58). */
export interface Notification {
  readonly id: string | undefined;
  readonly text: string | undefined;
  readonly level: string;
  /** Number of places that it is about. */
  readonly places: number;
  readonly pointer: string;
}

const LISTS = ['toolExecutionNotifications', 'toolConfigurationNotifications'] as const;

const levelIn = (descriptor: unknown) =>
  textField(fieldOf(descriptor, 'defaultConfiguration'), 'level');

/** Another word is read as the worst level. */
function knownLevel(text: string): string {
  const level = text.trim().toLowerCase();
  return LEVELS.includes(level) ? level : 'error';
}

/** The worst of several levels. */
function worst(levels: readonly (string | undefined)[]): string | undefined {
  const known = levels.flatMap((level) => (level ? knownLevel(level) : []));
  return worstLevel(known);
}

/** The default level of each notification that the tool describes (3.19.24), by id. Of two with one id, the worse. */
function levelsOf({ tool }: Run): ReadonlyMap<string, string> {
  const levels = new Map<string, string>();
  for (const { notifications } of [tool.driver, ...(tool.extensions ?? [])]) {
    for (const descriptor of listOf(notifications)) {
      const id = textField(descriptor, 'id');
      const level = worst([levels.get(id ?? ''), levelIn(descriptor)]);
      if (id && level) levels.set(id, level);
    }
  }
  return levels;
}

/** The level that an invocation sets for notifications (3.20.6), by id. */
function overridesOf(run: Run, invocation: unknown): ReadonlyMap<string, string> {
  const levels = new Map<string, string>();
  for (const override of listOrOne(fieldOf(invocation, 'notificationConfigurationOverrides'))) {
    const reference = fieldOf(override, 'descriptor');
    const id = textField(reference, 'id') ?? textField(indexed(run, reference), 'id');
    const level = worst([
      levels.get(id ?? ''),
      textField(fieldOf(override, 'configuration'), 'level'),
    ]);
    if (id && level) levels.set(id, level);
  }
  return levels;
}

/** The descriptor at an index of the driver, for notifications that have only an index (3.52.5). */
function indexed({ tool }: Run, descriptor: unknown): unknown {
  const index = fieldOf(descriptor, 'index');
  return typeof index === 'number' ? listOf(tool.driver.notifications)[index] : undefined;
}

function messageOf(notification: unknown): string | undefined {
  const exception = fieldOf(notification, 'exception');
  return (
    textField(fieldOf(notification, 'message'), 'text') ??
    textField(exception, 'message') ??
    textField(fieldOf(exception, 'message'), 'text')
  );
}

/** An exception that the tool did not handle as a condition of a lower level ended a part of its work (3.58.9). */
function levelOf(level: string | undefined, exception: unknown): string {
  if (level === undefined) return exception ? 'error' : 'warning';
  const known = knownLevel(level);
  return exception && known !== 'error' ? 'warning' : known;
}

/**
 * Makes a function that reads the notifications of an invocation of a run. Without a level, the worse of the level of
 * the descriptor and of the invocation's override applies, then `warning` (3.58.6). What the tool describes is read
 * once, not once for each invocation.
 */
export function notificationReader(
  run: Run,
): (invocation: unknown, pointer: string) => readonly Notification[] {
  const byDefault = levelsOf(run);
  return (invocation, pointer) => {
    const overrides = overridesOf(run, invocation);
    return LISTS.flatMap((list) =>
      listOrOne(fieldOf(invocation, list)).map((notification, i) => {
        const reference = fieldOf(notification, 'descriptor');
        const descriptor = indexed(run, reference);
        const id = textField(reference, 'id') ?? textField(descriptor, 'id');
        const level =
          textField(notification, 'level') ??
          worst([overrides.get(id ?? ''), byDefault.get(id ?? ''), levelIn(descriptor)]);
        return {
          id,
          text: messageOf(notification),
          level: levelOf(level, fieldOf(notification, 'exception')),
          places: listOf(fieldOf(notification, 'locations')).length,
          pointer: `${pointer}/${list}/${i}`,
        };
      }),
    );
  };
}

/** CodeQL's notifications about files that it analysed, which are not problems. */
export const isAboutAnalysed = ({ id }: Notification) =>
  id !== undefined && /\/(?:successfully|expected)-extracted-files$/.test(id);
