import type { ConnectionSettings } from '../../database/apart.js';
import type { Computed, Question } from './collect.js';
import type { Judged } from './judge.js';

/** What one large decision may take. */
export interface Budget {
  /** Milliseconds of reading and deciding together. */
  readonly timeMs: number;
  /** Heap of the thread, in MiB. */
  readonly heapMib: number;
  /** Rows that the thread keeps outside of its heap, in MiB. */
  readonly rowsMib: number;
}

/** A question for a thread. */
export interface LargeTask {
  readonly question: Question;
  readonly connection: ConnectionSettings;
  readonly budget: Budget;
}

/** What of the budget is used up. */
export type UsedUp = 'time' | 'memory';

/** A judgement of a thread. `inputs` is JSON in UTF-8. */
export interface LargeJudged {
  readonly judged: Judged;
  readonly inputs: Uint8Array;
  /** `fingerprintOf` the row that was judged. */
  readonly fingerprint: string;
  /** Facts to store for the next question. */
  readonly computed: Computed | undefined;
}

/** The answer of a thread. `failed`: the database, with its own code. Errors lose their code between threads. */
export type LargeAnswer =
  | ({ readonly type: 'judged' } & LargeJudged)
  | { readonly type: 'too-much'; readonly usedUp: UsedUp }
  | { readonly type: 'missing' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };
