import { type Static, Type } from '@sinclair/typebox';
import { checker } from '../common/check.js';
import { optionalList, optionalObject, optionalText } from '../common/optional.js';

/** A record of the OSV schema. Databases fill its other fields differently, so they are read with care. */
const Vulnerability = Type.Object({
  id: Type.String({ minLength: 1 }),
  summary: optionalText,
  details: optionalText,
  aliases: Type.Optional(Type.Unknown()),
  upstream: Type.Optional(Type.Unknown()),
  severity: Type.Optional(Type.Unknown()),
  affected: Type.Optional(Type.Unknown()),
  references: Type.Optional(Type.Unknown()),
  database_specific: Type.Optional(Type.Unknown()),
});

/** `experimentalAnalysis` in version 1. */
const Group = Type.Object({
  ids: Type.Optional(Type.Unknown()),
  aliases: Type.Optional(Type.Unknown()),
  max_severity: Type.Optional(Type.Unknown()),
  experimental_analysis: Type.Optional(Type.Unknown()),
  experimentalAnalysis: Type.Optional(Type.Unknown()),
});

const Package = Type.Object({
  package: Type.Object({
    name: optionalText,
    os_package_name: optionalText,
    version: optionalText,
    ecosystem: optionalText,
    commit: optionalText,
    deprecated: Type.Optional(Type.Unknown()),
  }),
  vulnerabilities: optionalList(Vulnerability),
  groups: optionalList(Group),
  licenses: Type.Optional(Type.Unknown()),
  license_violations: Type.Optional(Type.Unknown()),
});

const Source = Type.Object({
  source: optionalObject({ path: optionalText, type: optionalText }),
  packages: optionalList(Package),
});

/** `VulnerabilityResults` of OSV-Scanner. */
const Report = Type.Object({
  results: Type.Unsafe<Static<typeof Source>[] | null>({ type: ['array', 'null'], items: Source }),
  experimental_config: Type.Optional(Type.Unknown()),
  experimental_generic_findings: Type.Optional(Type.Unknown()),
  image_metadata: Type.Optional(Type.Unknown()),
  license_summary: Type.Optional(Type.Unknown()),
});

export type Vulnerability = Static<typeof Vulnerability>;
export type Group = Static<typeof Group>;
export type Package = Static<typeof Package>;
export type Source = Static<typeof Source>;
export type Report = Static<typeof Report>;

export const check = checker(Report);

/** A package with its place. */
export interface Found {
  readonly entry: Package;
  readonly path: string | undefined;
  readonly pointer: string;
}

export const packagesOf = ({ results }: Report): Found[] =>
  (results ?? []).flatMap(({ source, packages }, i) =>
    (packages ?? []).map((entry, j) => ({
      entry,
      path: source?.path || undefined,
      pointer: `/results/${i}/packages/${j}`,
    })),
  );
