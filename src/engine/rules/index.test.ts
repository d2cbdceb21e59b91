import { describe, expect, it } from 'vitest';
import { faultOfRule } from '../evaluate/rule-fault.js';
import { ruleNamed, rules } from './index.js';

describe('the list of rules', () => {
  it('has unique names', () => {
    const names = rules.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('finds each rule by its name, and nothing else', () => {
    for (const rule of rules) expect(ruleNamed(rule.name)).toBe(rule);
    for (const name of ['', 'toString', '__proto__', 'Tests-Passed']) {
      expect(ruleNamed(name)).toBeUndefined();
    }
  });

  it.each(rules.map((rule) => [rule.name, rule] as const))(
    '%s has a summary and a valid example',
    (name, { summary, parameters, example }) => {
      expect(summary.length).toBeGreaterThan(20);
      expect(parameters.additionalProperties).toBe(false);
      expect(faultOfRule({ ...example, rule: name, mode: 'block' })).toBeUndefined();
    },
  );

  it.each(rules.map((rule) => [rule.name, rule] as const))(
    '%s describes and limits its parameters',
    (_name, { parameters }) => {
      for (const [name, schema] of Object.entries(parameters.properties)) {
        if (schema.type === 'array') expect(schema.maxItems, name).toBeGreaterThan(0);
        else expect(schema.description, name).toBeTruthy();
        if (schema.type === 'integer') expect(schema, name).toHaveProperty('maximum');
      }
    },
  );
});
