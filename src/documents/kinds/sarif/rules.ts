import type { Result, Rule, Run } from './schema.js';

type Component = { readonly rules?: readonly Rule[] | null };

/** Maximum number of levels of a hierarchical id. */
const MAX_LEVELS = 10;

/** A hierarchical id and its parents (3.5.4): `CA1000/1/x`, `CA1000/1`, `CA1000`. */
function* levels(id: string): Generator<string> {
  let end = id.length;
  for (let i = 0; i < MAX_LEVELS && end > 0; i += 1) {
    yield id.slice(0, end);
    end = id.lastIndexOf('/', end - 1);
  }
}

function byId(components: readonly Component[]): Map<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const component of components)
    for (const rule of component.rules ?? [])
      if (rule.id && !rules.has(rule.id)) rules.set(rule.id, rule);
  return rules;
}

function find(rules: ReadonlyMap<string, Rule>, id: string): Rule | undefined {
  for (const level of levels(id)) {
    const rule = rules.get(level);
    if (rule) return rule;
  }
  return undefined;
}

/** Whether the rule at an index has the id in the result. Some tools write a wrong index: then the id decides. */
function fits(rule: Rule | undefined, id: string | undefined): rule is Rule {
  return rule !== undefined && (!id || !rule.id || [...levels(id)].includes(rule.id));
}

/** The rule of a result, and its id. */
export interface RuleOfResult {
  readonly id: string;
  readonly rule: Rule | undefined;
  /** Whether the result has an index of a rule, and no rule with its id is there. */
  readonly misplaced: boolean;
}

/** @returns a function that finds a result's rule by its index in a tool component, or by its id (3.27.5–7, 3.52) */
export function ruleFinder({ tool }: Run): (result: Result) => RuleOfResult {
  const extensions = tool.extensions ?? [];
  const rules = byId([tool.driver, ...extensions]);
  const byGuid = new Map(extensions.map((extension) => [extension.guid?.toLowerCase(), extension]));
  const byName = new Map(extensions.map((extension) => [extension.name, extension]));

  const componentOf = (result: Result): Component => {
    const { index, guid, name } = result.rule?.toolComponent ?? {};
    return (
      (typeof index === 'number' ? extensions[index] : undefined) ??
      (guid ? byGuid.get(guid.toLowerCase()) : undefined) ??
      (name ? byName.get(name) : undefined) ??
      tool.driver
    );
  };

  return (result) => {
    const id = result.ruleId || result.rule?.id || undefined;
    const index = result.rule?.index ?? result.ruleIndex ?? -1;
    const indexed = componentOf(result).rules?.[index];
    const found = fits(indexed, id);
    // Some tools write a wrong index, and some another id: then the index is all there is.
    const rule = found ? indexed : (find(rules, id ?? '') ?? indexed);
    return { id: id ?? rule?.id ?? 'unspecified', rule, misplaced: index >= 0 && !found };
  };
}
