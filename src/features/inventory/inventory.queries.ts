import { type Static, Type } from '@sinclair/typebox';
import { queryByPosition } from '../../contract/page.js';
import { parameter, projectId, stringEnum, TEXT_PATTERN, uuid } from '../../contract/schemas.js';
import { FINDING_TYPES } from '../../vocabulary/finding-types.js';
import { SEVERITIES } from '../../vocabulary/severity.js';
import { KIND_NAMES } from '../evidence/index.js';

const ABOUT_PURL =
  'Package URL (ECMA-427). Without a version, all versions match. Qualifiers are ignored';
const purl = Type.String({
  maxLength: 1000,
  pattern: '^pkg:[!-~]+$',
  'x-rule': 'is not a package URL, such as pkg:npm/fastify@5.0.0 (percent-encode + and &)',
  description: ABOUT_PURL,
  examples: ['pkg:maven/org.apache.logging.log4j/log4j-core'],
});

const evidenceFilters = {
  kind: Type.Optional(stringEnum(KIND_NAMES, { description: 'Only from evidence of this kind' })),
  evidence: parameter(
    uuid(),
    'Only from this evidence, even if it does not count. If absent, from all current evidence',
  ),
};

export const ListComponentsQuery = Type.Object(
  {
    ...queryByPosition,
    purl: parameter(purl, ABOUT_PURL),
    licence: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: TEXT_PATTERN,
        description: 'Only components with exactly this licence',
      }),
    ),
    ...evidenceFilters,
  },
  { additionalProperties: false },
);

const rule = Type.String({
  minLength: 1,
  maxLength: 500,
  pattern: TEXT_PATTERN,
  description: 'A CVE, a GHSA, another id of a vulnerability, or a rule of a tool',
  examples: ['CVE-2021-44228'],
});

const findingFilters = {
  severity: Type.Optional(
    Type.Array(stringEnum(SEVERITIES), {
      maxItems: SEVERITIES.length,
      description: 'Only findings of these severities: `severity=critical&severity=high`',
    }),
  ),
  type: Type.Optional(stringEnum(FINDING_TYPES)),
  fixable: Type.Optional(
    Type.Boolean({
      description: '`true`: only findings that a newer version fixes. `false`: only the others',
    }),
  ),
  suppressed: Type.Optional(
    Type.Boolean({
      description: '`true`: only suppressed findings, which do not count. `false`: only the others',
    }),
  ),
};

export const ListFindingsQuery = Type.Object(
  {
    ...queryByPosition,
    ...findingFilters,
    rule: parameter(rule, 'Only findings of this rule, or of this vulnerability by any of its ids'),
    purl: parameter(purl, ABOUT_PURL),
    ...evidenceFilters,
  },
  { additionalProperties: false },
);

/** Of the findings of what runs in an environment. */
export const ListRunningFindingsQuery = Type.Object(
  {
    ...queryByPosition,
    ...findingFilters,
    project: parameter(projectId, 'Only findings of this project'),
  },
  { additionalProperties: false },
);

export const SearchComponentsQuery = Type.Object(
  { purl, ...queryByPosition },
  { additionalProperties: false },
);

export const SearchFindingsQuery = Type.Object(
  { cve: rule, ...queryByPosition },
  { additionalProperties: false },
);

export type ListComponentsQuery = Static<typeof ListComponentsQuery>;
export type ListFindingsQuery = Static<typeof ListFindingsQuery>;
export type ListRunningFindingsQuery = Static<typeof ListRunningFindingsQuery>;
export type FindingFilter = Omit<ListRunningFindingsQuery, 'cursor' | 'project'>;
export type SearchComponentsQuery = Static<typeof SearchComponentsQuery>;
export type SearchFindingsQuery = Static<typeof SearchFindingsQuery>;
