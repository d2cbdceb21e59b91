import type { Store } from '../../database/context.js';

type Count = (force: boolean) => void;

const counters = new WeakMap<Store, Count>();

/** The application on this database counts openings with this, also those by pages. */
export const useCounter = (store: Store, count: Count) => counters.set(store, count);

/** Counts an opening, if the application has the feature. */
export const countOpening =
  (store: Store): Count =>
  (force) =>
    counters.get(store)?.(force);
