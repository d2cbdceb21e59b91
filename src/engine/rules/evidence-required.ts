import { type Static, Type } from '@sinclair/typebox';
import { defaulted, stringEnum } from '../../contract/schemas.js';
import { kinds as allKinds } from '../../documents/kinds/index.js';
import { counted } from '../../shared/text.js';
import { SHOWN } from '../../vocabulary/finding-types.js';
import { isImage } from '../../vocabulary/subject.js';
import { artifactName, digestOfOther, isAboutOther } from './common/about.js';
import { isOlder, limits, renewal, undatedNote } from './common/ages.js';
import { evidenceName, namesNote, whyNoneCovered, whyUncounted } from './common/cover-notes.js';
import { coversArtifact, sharedImage } from './common/covers.js';
import { idsOf, nameOf, SCOPES, UPLOAD, uploadOf } from './common/evidence.js';
import { RuleFault } from './common/fault.js';
import { firstOf, joined, shown } from './common/text.js';
import type { Aged, ArtifactInput, EvidenceInput, Outcome, Rule, RuleInput } from './rule.js';

/** Maximum number of artifacts that a message names. */
const NAMED = 10;

const parameters = Type.Object(
  {
    kinds: Type.Optional(
      Type.Array(Type.String({ maxLength: 50, pattern: '^[a-z][a-z0-9-]*$' }), {
        minItems: 1,
        maxItems: 20,
        uniqueItems: true,
        description: 'Kinds of evidence. Evidence of one of them is enough',
        examples: [['cyclonedx', 'spdx']],
      }),
    ),
    shows: Type.Optional(
      stringEnum(SHOWN, { description: 'What the evidence must be able to show' }),
    ),
    scope: defaulted(
      stringEnum(SCOPES, {
        default: 'release',
        description:
          'release: one piece of evidence is enough. artifacts: each artifact needs its own',
      }),
    ),
    maximumAgeDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3650,
        description: [
          "Maximum age in days, counted from the tool's own time if the document has one,",
          'else from its upload (`unknownAge`). If absent, the age does not matter',
        ].join(' '),
      }),
    ),
    unknownAge: Type.Optional(
      stringEnum(['upload', 'last-upload', 'deny'] as const, {
        description: [
          'What `maximumAgeDays` does with a document that does not say when its tool ran.',
          'upload: its age counts from the first upload of the same bytes in the project. last-upload: from the last.',
          'In both cases the verdict warns. deny: it is too old. If absent: upload',
        ].join(' '),
      }),
    ),
    maximumDatabaseAgeDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3650,
        description: [
          "Maximum age of the tool's vulnerability database in days.",
          'A document that does not say how old it is does not count',
        ].join(' '),
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'With both `kinds` and `shows`, one piece of evidence must meet both',
    anyOf: [{ required: ['kinds'] }, { required: ['shows'] }],
  },
);

type Parameters = Static<typeof parameters>;

/** `SBOM`, `evidence of kind junit`, and what a message asks to upload. */
function wanted({ kinds, shows, scope }: Parameters, input: RuleInput) {
  const kind = kinds && `of kind ${joined(kinds, 'or')}`;
  const name = shows ? [nameOf(shows), kind].filter(Boolean).join(' ') : `evidence ${kind}`;
  const ofImage = scope === 'artifacts' && input.artifacts.some(isImage);
  return { name, upload: kinds || !shows ? name : uploadOf(input, shows, ofImage) };
}

/** The artifacts for which none of the evidence was uploaded, or only evidence that does not cover them. */
function withoutOwn(
  { shows }: Parameters,
  { artifacts }: RuleInput,
  all: readonly EvidenceInput[],
) {
  const sure = all.filter((one) => sharedImage(one, all, artifacts) === undefined);
  const isOwn = (one: EvidenceInput, artifact: ArtifactInput) =>
    one.artifact === artifact.sha256 &&
    // A policy that names only kinds decides itself what they are good for.
    (shows ? coversArtifact(one, artifact, artifacts, shows) : !isAboutOther(one, artifacts));
  return artifacts.filter((artifact) => !sure.some((one) => isOwn(one, artifact)));
}

/** @returns what lacks this evidence: names of artifacts, or `this release` */
function lacking(parameters: Parameters, input: RuleInput, evidence: readonly EvidenceInput[]) {
  if (parameters.scope === 'release') return evidence.length > 0 ? [] : ['this release'];
  const without = withoutOwn(parameters, input, evidence);
  return without.map((one) => artifactName(one, input.artifacts));
}

/** The same format in XML is the same kind to a policy. */
const isOfKinds = (kinds: readonly string[], kind: string) =>
  kinds.includes(kind) || kinds.includes(kind.replace(/-xml$/, ''));

/** Null: it is not known. */
function ageOf(
  { ageSeconds, uploadSeconds, isDated }: Aged,
  unknownAge: Parameters['unknownAge'],
): number | null {
  if (ageSeconds === null) return null;
  if (isDated || unknownAge === undefined || unknownAge === 'upload') return ageSeconds;
  return unknownAge === 'deny' ? null : uploadSeconds;
}

function tooOld(parameters: Parameters, evidence: readonly Aged[]): string[] {
  const { kinds, maximumAgeDays, maximumDatabaseAgeDays, unknownAge } = parameters;
  return evidence
    .filter(({ kind }) => !kinds || isOfKinds(kinds, kind))
    .filter(
      (one) =>
        isOlder(ageOf(one, unknownAge), maximumAgeDays) ||
        isOlder(one.databaseAgeSeconds, maximumDatabaseAgeDays),
    )
    .map(({ id }) => id);
}

/** Whether evidence shows what the rule asks for, and is not about something else. */
function isWanted({ kinds, shows }: Parameters, { artifacts }: RuleInput) {
  return (one: EvidenceInput): boolean =>
    (!kinds || isOfKinds(kinds, one.kind)) &&
    // Of a kind alone: a report of a tool that failed is not its report. Kinds that cover nothing have claims only.
    (shows ? one.shows.includes(shows) : one.shows.length > 0 || one.coverage.length === 0) &&
    digestOfOther(one, artifacts) === undefined;
}

function reasons(parameters: Parameters, input: RuleInput): string {
  const { kinds, shows, scope } = parameters;
  const some = input.evidence.filter(({ kind }) => !kinds || isOfKinds(kinds, kind));
  const why = (shows ? [shows] : SHOWN).flatMap((what) =>
    whyUncounted(some, what, input.artifacts),
  );
  if (scope === 'artifacts') {
    const all = some.filter(isWanted(parameters, input));
    const [whole, own] = [true, false].map((isWhole) =>
      all.filter(({ artifact }) => (artifact === null) === isWhole),
    ) as [EvidenceInput[], EvidenceInput[]];
    const without = withoutOwn(parameters, input, all);
    why.push(...whyNoneCovered(own, without, input.artifacts, shows));
    for (const one of whole) why.push(`${evidenceName(one)} was uploaded for the whole release`);
  }
  return why.length === 0 ? '' : `. ${firstOf([...new Set(why)], NAMED)}`;
}

const KINDS: ReadonlySet<string> = new Set(allKinds.map(({ name }) => name));

const noKind = (kinds: readonly string[]) =>
  new RuleFault(
    `${kinds.map((kind) => shown(kind)).join(', ')}: no such kind of evidence exists. Kinds: ${[...KINDS].join(', ')}`,
  );

/** @throws {RuleFault} if a kind does not exist */
function check({ kinds = [] }: Parameters): void {
  const unknown = kinds.filter((kind) => !KINDS.has(kind));
  if (unknown.length > 0) throw noKind(unknown);
}

function evaluate(parameters: Parameters, input: RuleInput): Outcome {
  const { kinds, shows, scope } = parameters;
  if (kinds && !kinds.some((kind) => KINDS.has(kind))) throw noKind(kinds);
  if (!kinds && !shows) throw new RuleFault('The rule needs `kinds` or `shows`');
  const { name, upload } = wanted(parameters, input);
  const unmet = (message: string): Outcome => ({ status: 'not-evidenced', message });
  if (scope === 'artifacts' && input.artifacts.length === 0) {
    return unmet(
      [
        'The release has no artifacts, and this rule requires evidence for each artifact',
        'Add the artifacts: POST /releases/{id}/artifacts',
      ].join('. '),
    );
  }
  const all = input.evidence.filter(isWanted(parameters, input));
  const where = scope === 'artifacts' ? `${UPLOAD}?artifact={sha256}` : UPLOAD;
  const without = lacking(parameters, input, all);
  if (without.length > 0) {
    const whose = firstOf(without, NAMED);
    return unmet(
      `No ${name} counts for ${whose}${reasons(parameters, input)}. Upload ${upload}: ${where}`,
    );
  }
  const fresh = all.filter(({ id }) => !input.tooOld.has(id));
  const old = lacking(parameters, input, fresh);
  if (old.length > 0) {
    const aged = all.filter((one) => !fresh.includes(one));
    return {
      ...unmet(
        [
          `The ${name} for ${firstOf(old, NAMED)} ${limits(parameters, aged)}`,
          `${renewal(parameters, aged)}: ${where}`,
        ].join('. '),
      ),
      evidence: idsOf(all),
    };
  }
  const message =
    scope === 'artifacts'
      ? `${counted(input.artifacts.length, 'artifact')}, each with its own ${name}`
      : `Found ${counted(fresh.length, 'document')}: ${name}`;
  const warning = `${undatedNote(parameters, fresh)}${namesNote(fresh, input.artifacts)}`;
  return { status: 'pass', message: `${message}${warning}`, evidence: idsOf(fresh) };
}

/** Checks that evidence exists, not what it contains. */
export const evidenceRequired: Rule<Parameters> = {
  name: 'evidence-required',
  summary: 'Evidence of a kind exists for the release, or for each of its artifacts',
  parameters,
  example: { shows: 'components', scope: 'artifacts', maximumAgeDays: 30 },
  check,
  ageLimits: ({ maximumAgeDays, maximumDatabaseAgeDays }) =>
    [maximumAgeDays, maximumDatabaseAgeDays].filter((days) => days !== undefined),
  tooOld,
  evaluate,
};
