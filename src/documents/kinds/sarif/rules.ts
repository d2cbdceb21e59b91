import { worse } from '../../../vocabulary/severity.js';
import type { Result, Rule, Run } from './schema.js';
import { severityOfResult } from './severities.js';

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

/** The severity of results of a rule that have none of their own. */
const severityOf = (rule: Rule) =>
  severityOfResult({}, rule, rule.defaultConfiguration?.level ?? undefined);

const isWorse = (a: Rule, b: Rule) => {
  const [own, other] = [severityOf(a), severityOf(b)];
  return own !== other && worse(own, other) === own;
};

/** Rules by their id. Several may have one (3.49.3): a result that names only the id may be of the worst of them. */
function byId(all: readonly Rule[]): Map<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const rule of all) {
    const other = rule.id ? rules.get(rule.id) : undefined;
    if (rule.id && (!other || isWorse(rule, other))) rules.set(rule.id, rule);
  }
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

/** @returns a function that finds a result's rule by its index in a component, its id or its GUID (3.27.5–7, 3.52) */
export function ruleFinder({ tool }: Run): (result: Result) => RuleOfResult {
  const extensions = tool.extensions ?? [];
  const all = [tool.driver, ...extensions].flatMap((component) => component.rules ?? []);
  const rules = byId(all);
  const ruleByGuid = new Map(all.map((rule) => [rule.guid?.toLowerCase(), rule]));
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
    const guid = result.rule?.guid?.toLowerCase();
    const named = (guid ? ruleByGuid.get(guid) : undefined) ?? find(rules, id ?? '');
    // Some tools write a wrong index, and some another id: then the index is all there is.
    const rule = found ? indexed : (named ?? indexed);
    return { id: id ?? rule?.id ?? 'unspecified', rule, misplaced: index >= 0 && !found };
  };
}
