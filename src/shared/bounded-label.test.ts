import { expect, it } from 'vitest';
import { boundedLabel } from './bounded-label.js';

it('keeps the first values, and puts all others together', () => {
  const label = boundedLabel(2);
  expect(['a', 'b', 'c', 'a', 'd', 'b'].map(label)).toEqual([
    'a',
    'b',
    '(other)',
    'a',
    '(other)',
    'b',
  ]);
});
