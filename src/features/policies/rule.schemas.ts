import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { defaulted, stringEnum } from '../../contract/schemas.js';
import { type KnownRule, MODES, type PolicyRule, rules } from '../../engine/index.js';

const mode = defaulted(
  stringEnum(MODES, {
    default: 'block',
    description: '`block`: a failure denies the release. `warn`: a failure is only reported',
  }),
);

/** `tests-passed` → `TestsPassedRule` */
const schemaName = (name: string) =>
  `${name.replace(/(?:^|-)(.)/g, (_match, letter: string) => letter.toUpperCase())}Rule`;

/** The schema of a rule in a policy: its name, its mode and its parameters. */
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

/** One schema per rule. */
export const RULE_SCHEMAS = rules.map(ruleSchema);

/** Each rule once, with its example parameters. */
export const exampleRules = RULE_SCHEMAS.flatMap(({ examples }) => examples as PolicyRule[]);

/** The documented schema: `rule` is the discriminator. */
export const AnyRule = Type.Unsafe<PolicyRule>({
  $id: 'PolicyRule',
  description: 'A rule with its mode and its parameters',
  oneOf: RULE_SCHEMAS.map(({ $id }) => ({ $ref: $id })),
  discriminator: {
    propertyName: 'rule',
    mapping: Object.fromEntries(
      rules.map(({ name }) => [name, `#/components/schemas/${schemaName(name)}`]),
    ),
  },
});

/**
 * The equivalent schema for validation. It reports only the faults of the named rule and fills in defaults, which
 * `oneOf` does not.
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
