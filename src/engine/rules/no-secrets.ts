import { type Static, Type } from '@sinclair/typebox';
import { counted } from '../../shared/text.js';
import { SEVERITIES } from '../../vocabulary/severity.js';
import { caveatNote } from './common/caveats.js';
import { declaredNote, namesNote, onlyNote, whyKept } from './common/cover-notes.js';
import {
  ANY_FIX,
  type Filter,
  list,
  matching,
  NEW_RELEASE_OR_WAIVE,
  named,
  waivedNote,
} from './common/defects.js';
import { idsOf, missing, reporting, showing } from './common/evidence.js';
import { scopeParameter } from './common/scope.js';

import type { Outcome, Rule, RuleInput } from './rule.js';

const parameters = Type.Object({ scope: scopeParameter }, { additionalProperties: false });

type Parameters = Static<typeof parameters>;

const ADVICE = `. Revoke the secrets that are valid, remove all of them from the sources ${NEW_RELEASE_OR_WAIVE}`;

const COUNTED: Filter = { types: ['secret'], severities: SEVERITIES, fixes: ANY_FIX };

function evaluate({ scope }: Parameters, input: RuleInput): Outcome {
  const match = matching(input.defects, COUNTED);
  const scans = showing(input, 'secret');
  const passes = match.total <= 0;
  const unseen = passes ? missing(input, ['secret'], scope) : undefined;
  if (unseen) return { status: 'not-evidenced', message: unseen };
  const secrets = passes ? 'No secrets' : counted(match.total, 'secret');
  return {
    status: passes ? 'pass' : 'fail',
    message: [
      `${secrets}, 0 allowed${list(match)}${waivedNote(match)}`,
      passes
        ? declaredNote(scans, ['secret'])
        : `${ADVICE}${whyKept(reporting(input, ['secret']), input.artifacts)}`,
      passes ? caveatNote(scans, ['secret']) : '',
      passes ? namesNote(scans, input.artifacts) : '',
      passes && scope === 'artifacts' ? onlyNote(scans, input.artifacts, ['secret']) : '',
    ].join(''),
    evidence: idsOf(scans),
    findings: named(match),
    waivers: match.waivers,
  };
}

/** Severities do not matter: any leaked secret denies. */
export const noSecrets: Rule<Parameters> = {
  name: 'no-secrets',
  summary: 'A scan for secrets found none, of any severity',
  parameters,
  example: {},
  counts: () => COUNTED,
  evaluate,
};
