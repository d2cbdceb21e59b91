import { expect, it } from 'vitest';
import { growth, LINEAR } from '../../../test/support/counted-work.js';
import { ask, component, evidence, input } from './input.support.js';
import type { ComponentInput } from './rule.js';

const sbom = evidence('1', ['components'], { kind: 'cyclonedx' });
const judged = (rule: string, parameters: object, components: readonly ComponentInput[]) =>
  ask(rule, parameters, input({ evidence: [sbom], components }));
const many = (length: number, fields: Partial<ComponentInput> = {}) =>
  Array.from({ length }, (_, n) => component(`c${n}`, '1.0.0', fields));

it('licences: reads 100,000 components with many licences each with linear work', async () => {
  const licences = ['MIT OR Apache-2.0', 'ISC AND (MIT OR GPL-2.0-or-later)', 'BSD-3-Clause'];
  const parameters = { allow: ['MIT', 'ISC', 'BSD-3-Clause'] };
  expect(judged('licences', parameters, many(100_000, { licences })).status).toBe('pass');
  const work = (size: number) => {
    const all = many(size, { licences });
    return () => judged('licences', parameters, all);
  };
  expect(await growth(2000, work)).toBeLessThan(LINEAR);
});

it('banned-components: compares 100,000 components with 100 patterns with linear work', async () => {
  const components = Array.from({ length: 100 }, (_, n) => ({ purl: `pkg:npm/@s${n}/x*` }));
  expect(judged('banned-components', { components }, many(100_000)).status).toBe('pass');
  const work = (size: number) => {
    const all = many(size);
    return () => judged('banned-components', { components }, all);
  };
  expect(await growth(500, work)).toBeLessThan(LINEAR);
});
