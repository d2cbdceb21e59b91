import { type Static, Type } from '@sinclair/typebox';
import { defaulted, stringEnum } from '../../contract/schemas.js';
import { FINDING_TYPES } from '../../vocabulary/finding-types.js';
import { SEVERITIES, type Severity } from '../../vocabulary/severity.js';
import { FIRST_BASE, nameOf, runsNote } from './common/base.js';
import { caveatNote } from './common/caveats.js';
import { countingNote, declaredNote, namesNote, onlyNote, whyKept } from './common/cover-notes.js';
import {
  ANY_FIX,
  bySeverity,
  type Filter,
  list,
  type Matching,
  matching,
  NEW_RELEASE_OR_WAIVE,
  named,
  RESCAN_OR_WAIVE,
  waivedNote,
} from './common/defects.js';
import { idsOf, missing, reporting, showing } from './common/evidence.js';
import { needed } from './common/fault.js';
import { scopeParameter } from './common/scope.js';
import type { Fix, Outcome, Rule, RuleInput } from './rule.js';

const KNOWN = ['critical', 'high', 'medium', 'low', 'none'] as const;

const flag = (byDefault: boolean, description: string) =>
  defaulted(Type.Boolean({ default: byDefault, description }));

const parameters = Type.Object(
  {
    severity: defaulted(
      stringEnum(KNOWN, {
        default: 'high',
        description: 'Findings of this severity or worse count',
      }),
    ),
    maximum: defaulted(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        default: 0,
        description: 'Maximum number of findings. A defect that several tools report counts once',
      }),
    ),
    types: defaulted(
      Type.Array(stringEnum(FINDING_TYPES), {
        minItems: 1,
        maxItems: FINDING_TYPES.length,
        uniqueItems: true,
        default: ['vulnerability'],
        description: 'Types of findings. Evidence must be able to show each of these types',
      }),
    ),
    fixableOnly: flag(
      false,
      'Do not count findings of which the tool says that no fix exists. `unknownFix` is about those without a word',
    ),
    unknownFix: defaulted(
      stringEnum(['count', 'ignore'] as const, {
        default: 'count',
        description: [
          'What `fixableOnly` does with findings of which no tool says whether a fix exists.',
          'With ignore, a scanner that does not report fixes would let everything pass',
        ].join(' '),
      }),
    ),
    scope: scopeParameter,
    onlyNew: flag(
      false,
      [
        'Count only findings that the running release does not have, or does not have above this limit.',
        'A release that runs without authorization does not count. If no other one is known, all are new',
      ].join(' '),
    ),
    countUnknown: flag(
      true,
      'Also count findings without a severity. With false, a scanner without severities would let everything pass',
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

function fixes({ fixableOnly, unknownFix }: Parameters): readonly Fix[] {
  if (!fixableOnly) return ANY_FIX;
  return unknownFix === 'ignore' ? ['available'] : ['available', 'unknown'];
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

function comparison({ onlyNew }: Parameters, input: RuleInput, passes: boolean): string {
  if (!onlyNew) return '';
  const { running, unauthorized } = input;
  if (running) return `. New compared with ${nameOf(running, input)}${runsNote(input)}`;
  const first = unauthorized && !passes ? `. ${FIRST_BASE}` : '';
  const known = unauthorized ? 'No authorized release' : 'No running release';
  return `. ${known} is known, so all findings are new${runsNote(input)}${first}`;
}

function advice({ types }: Parameters, { worst }: Matching, input: RuleInput): string {
  const fixable = types.includes('vulnerability') && worst.some((one) => one.fixedVersion !== null);
  const what = fixable ? 'Update the packages' : 'Fix the findings';
  // A rebuilt artifact has another digest, so the findings of the old one stay in this release.
  const canRescan =
    input.artifacts.length === 0 && worst.every(({ type }) => type === 'vulnerability');
  const next = canRescan ? `, ${RESCAN_OR_WAIVE}` : ` ${NEW_RELEASE_OR_WAIVE}`;
  const reports = reporting(input, types);
  return `. ${what}${next}${countingNote(reports)}${whyKept(reports, input.artifacts)}`;
}

const counts = (parameters: Parameters): Filter => ({
  types: parameters.types,
  severities: severities(parameters),
  fixes: fixes(parameters),
});

function evaluate(parameters: Parameters, input: RuleInput): Outcome {
  const { types, maximum, onlyNew, scope } = parameters;
  const scans = showing(input, ...types);
  const evidence = idsOf(scans);
  const defects = onlyNew ? needed(input.newDefects, 'the new findings') : input.defects;
  const match = matching(defects, counts(parameters));
  // Not `>`: NaN must fail.
  const passes = match.total <= maximum;
  const unseen = passes ? missing(input, types, scope) : undefined;
  if (unseen) return { status: 'not-evidenced', message: unseen, evidence };
  return {
    status: passes ? 'pass' : 'fail',
    message: [
      found(parameters, match),
      waivedNote(match),
      comparison(parameters, input, passes),
      passes ? declaredNote(scans, types) : advice(parameters, match, input),
      passes ? caveatNote(scans, types) : '',
      passes ? namesNote(scans, input.artifacts) : '',
      passes && scope === 'artifacts' ? onlyNote(scans, input.artifacts, types) : '',
    ].join(''),
    evidence,
    findings: named(match),
    waivers: match.waivers,
  };
}

/** Limits the number of findings. Findings that a valid waiver covers are named but do not count. */
export const maxFindings: Rule<Parameters> = {
  name: 'max-findings',
  summary: 'The release has no more findings of a severity than allowed',
  parameters,
  example: { severity: 'high', maximum: 0, types: ['vulnerability'], fixableOnly: true },
  needs: ({ onlyNew }) => ({ newDefects: onlyNew }),
  counts,
  evaluate,
};
