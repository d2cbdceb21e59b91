import { type Static, Type } from '@sinclair/typebox';
import { defaulted, line, stringEnum } from '../../contract/schemas.js';
import { idsOf, missing, showing } from './common/evidence.js';
import { needed, RuleFault } from './common/fault.js';
import { licenceLists } from './common/licence-lists.js';
import { byText, counted, firstOf, joined, shown } from './common/text.js';
import type { ComponentInput, Outcome, Rule, RuleInput } from './rule.js';

/** Components that a message names. */
const NAMED = 10;

const list = (description: string, examples: string[]) =>
  Type.Optional(
    Type.Array(line(200, 'An SPDX id, with `+` or `WITH` if need be, or a name'), {
      minItems: 1,
      maxItems: 500,
      uniqueItems: true,
      description,
      examples: [examples],
    }),
  );

const parameters = Type.Object(
  {
    allow: list(
      'Nothing else may be used. Without it everything may that SPDX knows and `deny` does not name',
      ['MIT', 'Apache-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ),
    deny: list(
      'May not be used, even where `allow` has it. `AGPL-3.0-or-later` is all of its versions',
      ['AGPL-3.0-or-later'],
    ),
    unknown: defaulted(
      stringEnum(['deny', 'allow'] as const, {
        default: 'deny',
        description: 'Components without a licence, and names that neither SPDX nor a list knows',
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'Of alternatives (`MIT OR GPL-3.0-only`) one is enough; what stands with AND, or is one of several licences of a component, has to be met. An id with another exception is another licence. Names are compared as a whole, in any case',
    anyOf: [{ required: ['allow'] }, { required: ['deny'] }],
  },
);

type Parameters = Static<typeof parameters>;

function describe({ name, version, purl, licences }: ComponentInput): string {
  const what = purl ?? (version === null ? name : `${name}@${version}`);
  return `${shown(what)} (${licences.length === 0 ? 'no licence' : shown(licences.join(' and '))})`;
}

/** What the lists do not allow, each component as a message names it. */
function judge(parameters: Parameters, input: RuleInput, components: readonly ComponentInput[]) {
  const standing = licenceLists(parameters.allow, parameters.deny);
  const denied: string[] = [];
  const unknown: string[] = [];
  for (const component of components) {
    input.checkTime();
    const found = standing(component.licences);
    if (found === 'denied') denied.push(describe(component));
    if (found === 'unknown') unknown.push(describe(component));
  }
  return { denied: denied.toSorted(byText), unknown: unknown.toSorted(byText) };
}

function evaluate(parameters: Parameters, input: RuleInput): Outcome {
  if (!parameters.allow && !parameters.deny) {
    throw new RuleFault('It allows and denies nothing: give it allow or deny');
  }
  const several = parameters.deny?.find((entry) => /\b(?:AND|OR)\b|\*/.test(entry));
  if (several !== undefined) {
    throw new RuleFault(`${shown(several)} in deny is not one licence: name each by itself`);
  }
  const unseen = missing(input, ['components']);
  if (unseen) return { status: 'not-evidenced', message: unseen };
  const evidence = idsOf(showing(input, 'components'));
  const components = needed(input.components, 'which components there are');
  const { denied, unknown } = judge(parameters, input, components);
  const all = counted(components.length, 'component');
  const fails = denied.length > 0 || (unknown.length > 0 && parameters.unknown === 'deny');
  const without = `${counted(unknown.length, 'component')} with no licence that is known`;
  if (!fails) {
    const also = unknown.length > 0 ? `; ${without}, which is allowed` : '';
    return {
      status: 'pass',
      message: `${all}, all with licences that are allowed${also}`,
      evidence,
    };
  }
  const counts = [
    ...(denied.length > 0
      ? [`${counted(denied.length, 'component')} with licences that are not allowed`]
      : []),
    ...(unknown.length > 0 && parameters.unknown === 'deny' ? [without] : []),
  ];
  const bad = parameters.unknown === 'deny' ? [...denied, ...unknown] : denied;
  return {
    status: 'fail',
    message: `${joined(counts)}, of ${all}: ${firstOf(bad, NAMED)}. Replace them, or correct their licences in the SBOM and upload it again; what is harmless can be added to what the policy allows`,
    evidence,
  };
}

/** Reads the licences that bills of materials give. */
export const licences: Rule<Parameters> = {
  name: 'licences',
  summary: 'Components have licences that are allowed',
  parameters,
  example: { allow: ['MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause'], unknown: 'deny' },
  needs: () => ({ components: true }),
  evaluate,
};
