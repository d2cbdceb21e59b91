import { type Static, Type } from '@sinclair/typebox';
import { SEVERITIES } from '../../vocabulary/severity.js';
import { hiddenBy, list, matching, named } from './common/defects.js';
import { idsOf, missing, showing } from './common/evidence.js';
import { counted } from './common/text.js';
import type { Outcome, Rule, RuleInput } from './rule.js';

const parameters = Type.Object({}, { additionalProperties: false });

type Parameters = Static<typeof parameters>;

const ADVICE =
  '. Revoke them where they are valid, take them out of the sources, scan again and upload the report with the label of the one before; or ask for a waiver: POST /waivers';

function evaluate(_parameters: Parameters, input: RuleInput): Outcome {
  const unseen = missing(input, ['secret']);
  if (unseen) return { status: 'not-evidenced', message: unseen };
  const match = matching(input.defects, {
    types: ['secret'],
    severities: SEVERITIES,
    fixableOnly: false,
  });
  const passes = match.total <= 0;
  const secrets = passes ? 'no secrets' : counted(match.total, 'secret');
  return {
    status: passes ? 'pass' : 'fail',
    message: `${secrets}, 0 allowed${list(match)}${hiddenBy(match)}${passes ? '' : ADVICE}`,
    evidence: idsOf(showing(input, 'secret')),
    findings: named(match),
    waivers: match.waivers,
  };
}

/** Of any severity: a secret that leaked is no secret. */
export const noSecrets: Rule<Parameters> = {
  name: 'no-secrets',
  summary: 'A scan for secrets found none',
  parameters,
  example: {},
  evaluate,
};
