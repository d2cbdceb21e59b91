import { describe, expect, it } from 'vitest';
import { bom, parse } from './cyclonedx.support.js';

const components = [
  { type: 'library', 'bom-ref': 'core', group: 'org.example', name: 'log-core', version: '1.0' },
  { type: 'library', 'bom-ref': 'api', name: 'log-api', version: '1.0' },
];

/** The fixes of a vulnerability in both components. */
function fixes(vulnerability: object) {
  const affects = [{ ref: 'core' }, { ref: 'api' }];
  const { findings = [] } = parse(
    bom({ components, vulnerabilities: [{ id: 'X', affects, ...vulnerability }] }),
  );
  return findings.map(({ fixedVersion, unfixable }) => fixedVersion ?? unfixable);
}

describe('fixes', () => {
  it.each([
    ['Upgrade log-core to version 2.15.0', '2.15.0', undefined],
    ['Upgrade org.example:log-core to version 2.1.', '2.1', undefined],
    ['Upgrade log-core to version 2.0; Upgrade log-api to version 3.0', '2.0', '3.0'],
    ['Upgrade log-core to version 6.0.3.1, 5.2.4.3', '6.0.3.1, 5.2.4.3', undefined],
    ['Update to 1.2.3 or later.', '1.2.3', '1.2.3'],
    [
      'Please upgrade the affected package to at least v4.17.21, then rebuild',
      'v4.17.21',
      'v4.17.21',
    ],
    ['Fixed in 5.1', '5.1', '5.1'],
    ['Fixed versions: 5.1', '5.1', '5.1'],
    ['Do not open files of strangers', undefined, undefined],
    ['', undefined, undefined],
    [null, undefined, undefined],
  ])('of %j', (recommendation, core, api) => {
    expect(fixes({ recommendation })).toEqual([core, api]);
  });

  it.each([
    [['will_not_fix']],
    [['can_not_fix', 'workaround_available']],
    ['will_not_fix'],
    [['update', 'can_not_fix']],
    [['rollback']],
  ])('are unknown if the author of an analysis answers %j', (response) => {
    const analysis = { state: 'exploitable', response };
    expect(fixes({ analysis })).toEqual([undefined, undefined]);
    expect(fixes({ analysis, recommendation: 'Update to 2.0' })).toEqual(['2.0', '2.0']);
  });

  it('are read of a long recommendation in bounded time', () => {
    const recommendation = 'upgrade '.repeat(500_000);
    expect(fixes({ recommendation })).toEqual([undefined, undefined]);
  });
});
