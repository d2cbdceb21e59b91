import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { bom, faultIn, parse } from './cyclonedx.support.js';

const componentsOf = (length: number) =>
  Array.from({ length }, (_, i) => ({
    type: 'library',
    name: `c${i}`,
    version: '1.0.0',
    'bom-ref': `c${i}`,
    purl: `pkg:npm/c${i}@1.0.0`,
    licenses: [{ license: { id: 'MIT' } }],
  }));

const large = (size: number) => {
  const components = componentsOf(size);
  const dependencies = components.map(({ name }, i) => ({ ref: name, dependsOn: [`c${i + 1}`] }));
  return bom({ components, dependencies });
};

/** A vulnerability, and its analysis, of so many components. */
const affected = (size: number) => {
  const components = componentsOf(size);
  const affects = components.map(({ name }) => ({ ref: name }));
  const vulnerabilities = [{ id: 'X', affects, analysis: { state: 'in_triage' } }];
  return bom({ components, vulnerabilities });
};

const work = (make: (size: number) => unknown) => (size: number) => {
  const document = make(size);
  return () => parse(document);
};

describe('components', () => {
  it('of which there are 50,000 are linear work', async () => {
    expect(parse(large(50_000)).components).toHaveLength(50_000);
    expect(await growth(1000, work(large))).toBeLessThan(LINEAR);
  });

  it('refuses more than 200,000', () => {
    const many = Array.from({ length: 200_001 }, (_, i) => ({ type: 'file', name: `${i}` }));
    expect(faultIn(bom({ components: many }))).toEqual([
      '/components',
      'has more than 200,000 components',
    ]);
  });
});

describe('vulnerabilities', () => {
  it('with 50,000 findings are linear work', async () => {
    const { findings, claims } = parse(affected(50_000));
    expect([findings?.length, claims?.length]).toEqual([50_000, 50_000]);
    expect(await growth(1000, work(affected))).toBeLessThan(LINEAR);
  });

  it('refuses more than 200,000 findings or claims', () => {
    const components = componentsOf(50_000);
    const affects = components.map(({ name }) => ({ ref: name }));
    const five = Array.from({ length: 5 }, (_, i) => ({ id: `X-${i}`, affects }));
    expect(faultIn(bom({ components, vulnerabilities: five }))).toEqual([
      '/vulnerabilities',
      'has more than 200,000 findings',
    ]);
    const references = Array.from({ length: 150_000 }, (_, i) => ({ id: `A-${i}`, source: {} }));
    const analysis = { state: 'not_affected' };
    const vulnerabilities = [{ id: 'X', references, affects, analysis }];
    expect(faultIn(bom({ components, vulnerabilities }))).toEqual([
      '/vulnerabilities',
      'has more than 200,000 claims',
    ]);
  });
});
