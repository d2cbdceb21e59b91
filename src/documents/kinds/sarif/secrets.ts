import { fieldOf } from '../common/fields.js';
import { isContent } from './identity.js';
import { listOf, tagsOf } from './properties.js';
import type { RuleOfResult } from './rules.js';
import type { Result, Rule } from './schema.js';

/**
 * Tags for hard-coded credentials (CWE-798), passwords (259) and keys (321) by CodeQL and Semgrep, or `secret` by
 * Trivy.
 */
const TAGS = /^(?:secrets?|(?:external\/cwe\/)?cwe-0*(?:798|259|321)(?!\d).*)$/is;

/** The same weaknesses, in fields that contain only weaknesses. */
const WEAKNESSES = /^\s*(?:external\/cwe\/)?(?:cwe[-_: ]?)?0*(?:798|259|321)(?!\d)/i;

/** Checkov's rules for secrets. */
const RULES = /^ckv_secret_/i;

const isWeakness = (id: unknown) =>
  (typeof id === 'string' || typeof id === 'number') && WEAKNESSES.test(String(id));

/** Whether the tags, or Snyk's property `cwe`, say that this is a secret. */
function isTagged(bag: unknown): boolean {
  return tagsOf(bag).some((tag) => TAGS.test(tag)) || [fieldOf(bag, 'cwe')].flat().some(isWeakness);
}

/** Whether a reference (3.54) is to one of these weaknesses, and not to another taxonomy. */
function refersToSecret(reference: unknown): boolean {
  const name = fieldOf(fieldOf(reference, 'toolComponent'), 'name');
  const other = typeof name === 'string' && !/cwe/i.test(name.slice(0, 200));
  return !other && isWeakness(fieldOf(reference, 'id'));
}

function isSecretRule(rule: Rule | undefined): boolean {
  if (isTagged(rule?.properties)) return true;
  return listOf(rule?.relationships).some((to) => refersToSecret(fieldOf(to, 'target')));
}

/** @returns a function that checks whether a result contains a secret, by its rule, its tags or its weaknesses */
export function secretFinder(): (result: Result, found: RuleOfResult) => boolean {
  const rules = new Map<Rule | undefined, boolean>();
  const isOfRule = (rule: Rule | undefined): boolean => {
    const known = rules.get(rule);
    if (known !== undefined) return known;
    const secret = isSecretRule(rule);
    rules.set(rule, secret);
    return secret;
  };
  return ({ properties, taxa }, { id, rule }) =>
    RULES.test(id) || isOfRule(rule) || isTagged(properties) || listOf(taxa).some(refersToSecret);
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);

function snippetIn(region: unknown): string | undefined {
  const text = fieldOf(fieldOf(region, 'snippet'), 'text');
  return isContent(text) ? text : undefined;
}

/**
 * The code at a location: its snippet, else its lines in the snippet of the context, which is all that CodeQL gives.
 */
function textsAt(location: unknown): string[] {
  const place = fieldOf(location, 'physicalLocation');
  const region = fieldOf(place, 'region');
  const snippet = snippetIn(region);
  if (snippet !== undefined) return [snippet];
  const context = fieldOf(place, 'contextRegion');
  const around = snippetIn(context);
  const first = numberOf(fieldOf(region, 'startLine'));
  if (!first || around === undefined) return [];
  const offset = first - (numberOf(fieldOf(context, 'startLine')) ?? 1);
  const count = (numberOf(fieldOf(region, 'endLine')) ?? first) - first + 1;
  return around.split('\n').slice(Math.max(offset, 0), Math.max(offset + count, 0));
}

/** The texts of a result that must not remain in the document. */
export function secretsOf({ locations, relatedLocations }: Result): string[] {
  return [...listOf(locations), ...listOf(relatedLocations)].flatMap(textsAt);
}
