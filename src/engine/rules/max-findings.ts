import { type Static, Type } from '@sinclair/typebox';
import { defaulted, stringEnum } from '../../contract/schemas.js';
import { FINDING_TYPES } from '../../vocabulary/finding-types.js';
import { SEVERITIES, type Severity } from '../../vocabulary/severity.js';
import { bySeverity, hiddenBy, list, type Matching, matching, named } from './common/defects.js';
import { idsOf, missing, showing } from './common/evidence.js';
import { needed } from './common/fault.js';
import { shown } from './common/text.js';
import type { Outcome, Rule, RuleInput } from './rule.js';

const KNOWN = ['critical', 'high', 'medium', 'low', 'none'] as const;

const flag = (byDefault: boolean, description: string) =>
  defaulted(Type.Boolean({ default: byDefault, description }));

const parameters = Type.Object(
  {
    severity: defaulted(
      stringEnum(KNOWN, { default: 'high', description: 'Findings that are this bad, or worse' }),
    ),
    maximum: defaulted(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        default: 0,
        description: 'How many there may be: defects, each once, whoever reports it',
      }),
    ),
    types: defaulted(
      Type.Array(stringEnum(FINDING_TYPES), {
        minItems: 1,
        maxItems: FINDING_TYPES.length,
        uniqueItems: true,
        default: ['vulnerability'],
        description: 'What they are about. Evidence has to show each of these types',
      }),
    ),
    fixableOnly: flag(false, 'Only those that a newer version of the package fixes'),
    onlyNew: flag(
      false,
      'Only those that the release that runs in the environment does not have. Where none is known, all are new',
    ),
    countUnknown: flag(
      true,
      'Those of which nobody says how bad they are count, too. A scanner without ratings would else let everything pass',
    ),
  },
  { additionalProperties: false },
);

type Parameters = Static<typeof parameters>;

function severities({ severity, countUnknown }: Parameters): Severity[] {
  const known = KNOWN.slice(0, KNOWN.indexOf(severity) + 1);
  return SEVERITIES.filter((one) =>
    one === 'unknown' ? countUnknown : (known as readonly Severity[]).includes(one),
  );
}

/** `2 critical and 1 high new findings, 0 allowed: …`. */
function found(parameters: Parameters, match: Matching): string {
  const { maximum, types, fixableOnly, onlyNew, severity, countUnknown } = parameters;
  const noun = [
    onlyNew ? 'new ' : '',
    fixableOnly ? 'fixable ' : '',
    match.total === 1 ? 'finding' : 'findings',
    types.length === 1 && types[0] === 'vulnerability' ? '' : ` (${types.join(', ')})`,
    match.total > 0 ? '' : ` of severity ${severity}${severity === 'critical' ? '' : ' or worse'}`,
    match.total === 0 && countUnknown ? ', or of unknown severity' : '',
  ].join('');
  return `${bySeverity(match)} ${noun}, ${maximum} allowed${list(match)}`;
}

function comparison({ onlyNew }: Parameters, { running }: RuleInput): string {
  if (!onlyNew) return '';
  return running
    ? `. Compared with ${shown(running.version)}, which runs there`
    : '. Nothing is known to run there, so everything is new';
}

function advice({ types }: Parameters, { worst }: Matching): string {
  const fixable = types.includes('vulnerability') && worst.some((one) => one.fixedVersion !== null);
  const what = fixable ? 'Update to what fixes them' : 'Correct them';
  return `. ${what}, scan again and upload the report with the label of the one before; or ask for a waiver: POST /waivers`;
}

function evaluate(parameters: Parameters, input: RuleInput): Outcome {
  const { types, fixableOnly, maximum, onlyNew } = parameters;
  const evidence = idsOf(showing(input, ...types));
  const unseen = missing(input, types);
  if (unseen) return { status: 'not-evidenced', message: unseen, evidence };
  const defects = onlyNew ? needed(input.newDefects, 'which findings are new') : input.defects;
  const match = matching(defects, { types, severities: severities(parameters), fixableOnly });
  // Not `>`: what is no number is too many.
  const passes = match.total <= maximum;
  return {
    status: passes ? 'pass' : 'fail',
    message: [
      found(parameters, match),
      hiddenBy(match),
      comparison(parameters, input),
      passes ? '' : advice(parameters, match),
    ].join(''),
    evidence,
    findings: named(match),
    waivers: match.waivers,
  };
}

/** The worst that is tolerated. What a valid waiver covers is not counted, and named all the same. */
export const maxFindings: Rule<Parameters> = {
  name: 'max-findings',
  summary: 'There are no more findings of a severity than is allowed',
  parameters,
  example: { severity: 'high', maximum: 0, types: ['vulnerability'], fixableOnly: true },
  needs: ({ onlyNew }) => ({ newDefects: onlyNew }),
  evaluate,
};
