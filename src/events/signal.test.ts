import { expect, it, vi } from 'vitest';
import { Store } from '../database/context.js';
import { onRecorded, signalRecorded } from './signal.js';

/** Nothing here opens the database. */
const store = () => Object.create(Store.prototype) as Store;

it('tells the listeners of one database, until they end it', () => {
  const [one, other] = [store(), store()];
  const listener = vi.fn();
  const end = onRecorded(one, listener);
  signalRecorded(other);
  expect(listener).not.toHaveBeenCalled();
  signalRecorded(one);
  expect(listener).toHaveBeenCalledTimes(1);
  end();
  signalRecorded(one);
  expect(listener).toHaveBeenCalledTimes(1);
});
