import type { Store } from '../database/context.js';

const listeners = new WeakMap<Store, Set<() => void>>();

/**
 * Calls `listener` each time this process has recorded events in this database. It may be called shortly before the
 * COMMIT of an enclosing transaction, and does not tell of other processes.
 * @returns a function that ends it
 */
export function onRecorded(store: Store, listener: () => void): () => void {
  const own = listeners.get(store) ?? new Set();
  listeners.set(store, own.add(listener));
  return () => own.delete(listener);
}

/** Says that events were recorded. */
export function signalRecorded(store: Store): void {
  for (const listener of listeners.get(store) ?? []) listener();
}
