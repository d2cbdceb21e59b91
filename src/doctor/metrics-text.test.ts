import { expect, it } from 'vitest';
import { samplesOf } from './metrics-text.js';

it('reads the samples of one metric, with and without labels', () => {
  const text = [
    '# TYPE a counter',
    'a{name="x",outcome="failed"} 2',
    'a{name="y"} 1e3',
    'ab{name="z"} 9',
    'b 4',
    '',
  ].join('\n');
  expect(samplesOf(text, 'a')).toEqual([
    { labels: { name: 'x', outcome: 'failed' }, value: 2 },
    { labels: { name: 'y' }, value: 1000 },
  ]);
  expect(samplesOf(text, 'b')).toEqual([{ labels: {}, value: 4 }]);
  expect(samplesOf(text, 'c')).toEqual([]);
});
