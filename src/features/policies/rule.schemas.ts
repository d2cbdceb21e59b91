import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { defaulted, stringEnum } from '../../contract/schemas.js';
import { type KnownRule, MODES, type PolicyRule, rules } from '../../engine/index.js';

const mode = defaulted(
  stringEnum(MODES, {
    default: 'block',
    description: 'block: what it finds denies. warn: it is only told',
  }),
);

/** `tests-passed` → `TestsPassedRule` */
const schemaName = (name: string) =>
  `${name.replace(/(?:^|-)(.)/g, (_match, letter: string) => letter.toUpperCase())}Rule`;

/** A rule as it stands in a policy: its name, its mode and its own parameters. */
function ruleSchema({ name, summary, parameters, example }: KnownRule): TObject {
  const { properties, required = [], description } = parameters;
  return {
    ...parameters,
    $id: schemaName(name),
    description: [summary, description].filter(Boolean).join('. '),
    properties: { rule: Type.Literal(name), mode, ...properties },
    required: ['rule', ...required],
    examples: [{ rule: name, mode: 'block', ...example }],
  };
}

/** One for each kind of rule. */
export const RULE_SCHEMAS = rules.map(ruleSchema);

/** A policy that uses each kind of rule. */
export const exampleRules = RULE_SCHEMAS.flatMap(({ examples }) => examples as PolicyRule[]);

/** What clients read: one of these, told apart by the name. */
export const AnyRule = Type.Unsafe<PolicyRule>({
  $id: 'PolicyRule',
  description: 'A rule with its parameters',
  oneOf: RULE_SCHEMAS.map(({ $id }) => ({ $ref: $id })),
  discriminator: {
    propertyName: 'rule',
    mapping: Object.fromEntries(
      rules.map(({ name }) => [name, `#/components/schemas/${schemaName(name)}`]),
    ),
  },
});

/**
 * The same as a validator can ask it, one question after the other. With `oneOf` it would tell the faults of every kind of
 * rule, and fill in no defaults.
 */
export const checkedRule: TSchema = Type.Unsafe<PolicyRule>({
  type: 'object',
  required: ['rule'],
  properties: { rule: { type: 'string', enum: rules.map(({ name }) => name) } },
  allOf: RULE_SCHEMAS.map(({ $id: _id, ...schema }, i) => ({
    if: { properties: { rule: { not: { const: rules[i]?.name } } } },
    else: schema,
  })),
});
