import type { ImportedKind } from '../../events/index.js';
import { PROJECT_CHECKS } from './row-checks-of-projects.js';
import { SETTING_CHECKS } from './row-checks-of-settings.js';

/** How the rows of a table are compared with the events that created and changed them. */
export interface RowCheck {
  readonly kind: ImportedKind;
  /** Types of the event that created the row. */
  readonly created: readonly string[];
  /** Condition over the row `t` and the data `d` of that event: they agree. */
  readonly agrees: string;
  /** Condition over the row `t` that later events explain. */
  readonly later?: string;
  /** Condition over the event `e` and its data `d` that the row was deleted since, as the server does. */
  readonly gone?: string;
  /** Condition over the row `t` that an event of another kind created it. */
  readonly createdElsewhere?: string;
  /** Expression over the row `t`: its project. Default: the column of that name. */
  readonly project?: string;
}

export const ROW_CHECKS: readonly RowCheck[] = [...PROJECT_CHECKS, ...SETTING_CHECKS];
