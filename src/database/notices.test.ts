import { expect, it } from 'vitest';
import { noticesOf } from './notices.js';

it('are told when a database from before is migrated, and not of a new one', () => {
  const coverage = ['20261129000000_coverage', '20261129010000_baseline_2'];
  expect(noticesOf(coverage)).toHaveLength(2);
  expect(noticesOf(coverage)[1]).toContain('{"policies":[{"name":"baseline","version":1}]}');
  expect(noticesOf(['20240101000000_projects', ...coverage])).toEqual([]);
  expect(noticesOf(['20261128120000_events'])).toEqual([]);
});
