import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { defaulted, nullableString, schemaRef, stringEnum, uuid } from '../../contract/schemas.js';
import { FINDING_TYPES } from '../../vocabulary/finding-types.js';
import { SEVERITIES } from '../../vocabulary/severity.js';

const count = Type.Integer({ minimum: 0 });
const counts = <const Keys extends readonly string[]>(...keys: Keys) =>
  Type.Unsafe<Record<Keys[number], number>>(
    Type.Object(Object.fromEntries(keys.map((key) => [key, count]))),
  );

const Side = Type.Object({
  id: uuid(),
  projectId: Type.Integer(),
  version: Type.String(),
  shows: Type.Array(Type.String(), {
    description: [
      'What the current evidence of the release can report.',
      'If one release does not report components, ignore the lists of components',
    ].join(' '),
  }),
});

const texts = (description: string) => Type.Array(Type.String(), { description });

const ChangedPackage = Type.Object({
  key: Type.String({ description: 'Package URL without version, or type and name' }),
  name: Type.String(),
  from: texts('Versions in the first release'),
  to: texts('Versions in the other release'),
});

const Relicensed = Type.Object({
  key: Type.String(),
  name: Type.String(),
  from: texts('Licences in the first release'),
  to: texts('Licences in the other release'),
});

const Defect = Type.Object({
  fingerprint: Type.String(),
  type: stringEnum(FINDING_TYPES),
  severity: stringEnum(SEVERITIES),
  rule: Type.String(),
  title: nullableString(),
  purl: nullableString(),
  packageName: nullableString(),
  location: nullableString(),
  fixedVersion: nullableString(),
  suppressed: Type.Boolean(),
});

const list = <Item extends TSchema>(item: Item, description: string) =>
  Type.Array(item, { description });

const example = {
  from: {
    id: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
    projectId: 1,
    version: '1.4.0',
    shows: ['components'],
  },
  to: {
    id: '019ab01c-3a2b-7c1d-8e4f-5a6b7c8d9e0f',
    projectId: 1,
    version: '1.4.1',
    shows: ['components'],
  },
  components: {
    counts: {
      added: 0,
      removed: 0,
      upgraded: 1,
      downgraded: 0,
      licencesChanged: 0,
      unchanged: 200,
    },
    added: [],
    removed: [],
    upgraded: [
      {
        key: 'pkg:golang/github.com/miekg/dns',
        name: 'github.com/miekg/dns',
        from: ['v1.1.30'],
        to: ['v1.1.41'],
      },
    ],
    downgraded: [],
    licencesChanged: [],
  },
  findings: {
    counts: { new: 0, fixed: 0, unchanged: 0, unknown: 0 },
    new: [],
    fixed: [],
    unchanged: [],
    unknown: [],
  },
};

export const ReleaseDiff = Type.Object(
  {
    from: Side,
    to: Side,
    components: Type.Object({
      counts: counts('added', 'removed', 'upgraded', 'downgraded', 'licencesChanged', 'unchanged'),
      added: list(ChangedPackage, 'Packages, or versions of a package, only in the other release'),
      removed: list(
        ChangedPackage,
        'Packages, or versions of a package, only in the first release',
      ),
      upgraded: list(ChangedPackage, 'Packages whose version was replaced by a newer one'),
      downgraded: list(ChangedPackage, 'Packages whose version was replaced by an older one'),
      licencesChanged: list(Relicensed, 'Packages in both releases with different licences'),
    }),
    findings: Type.Object({
      counts: counts('new', 'fixed', 'unchanged', 'unknown'),
      new: list(Defect, 'Defects only in the other release'),
      fixed: list(Defect, 'Defects only in the first release'),
      unchanged: list(Defect, 'Defects in both releases'),
      unknown: list(
        Defect,
        [
          'Defects only in the first release that no evidence of the other release can report.',
          'They do not count as fixed',
        ].join(' '),
      ),
    }),
  },
  {
    $id: 'ReleaseDiff',
    description: 'The differences from the first release to the other, in their current evidence',
    examples: [example],
  },
);

export const DiffParams = Type.Object({ id: uuid(), other: uuid() });

export const DiffQuery = Type.Object(
  {
    limit: defaulted(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        default: 1000,
        description: 'Maximum length of each list. The counts include all entries',
      }),
    ),
  },
  { additionalProperties: false },
);

export const ReleaseDiffRef = schemaRef(ReleaseDiff);

export type ReleaseDiff = Static<typeof ReleaseDiff>;
export type ChangedPackage = Static<typeof ChangedPackage>;
export type ChangedDefect = Static<typeof Defect>;
