import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import {
  defaulted,
  line,
  links,
  linksShown,
  nullableString,
  nullableTimestamp,
  parameter,
  projectId,
  schemaRef,
  stringEnum,
  TEXT_PATTERN,
  timestamp,
  uuid,
} from '../../contract/schemas.js';

export const STATES = ['open', 'sealed', 'revoked'] as const;

const COMMIT = '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345';

const example = {
  id: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  projectId: 1,
  version: '1.4.0',
  commit: COMMIT,
  branch: 'main',
  triggeredBy: 'https://gitlab.com|user_login:alice',
  authors: ['alice', 'bob'],
  notes: null,
  links: [{ title: 'Build 4711', url: 'https://ci.example.org/job/payments/4711' }],
  state: 'open',
  sealedAt: null,
  sealedBy: null,
  revokedAt: null,
  revokedBy: null,
  revokedReason: null,
  createdAt: '2026-11-25T10:00:00.000Z',
  createdBy: 'jenkins',
  updatedAt: '2026-11-25T10:00:00.000Z',
  updatedBy: 'jenkins',
};

/** A version is a path segment of a URL, where `.` and `..` have a special meaning. */
const VERSION = '^(?!\\.{1,2}$)[A-Za-z0-9._+-]{1,128}$';
const versionRule = 'must have 1 to 128 characters of A-Z a-z 0-9 . _ + - and must not be . or ..';

const version = Type.String({
  maxLength: 128,
  pattern: VERSION,
  'x-rule': versionRule,
  description: 'Semantic version or image tag; unique in its project',
  examples: ['1.4.0'],
});

const commit = Type.String({
  pattern: '^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$',
  'x-rule': 'must be a full commit id: 40 or 64 hexadecimal digits',
  description: 'Full Git id of the commit that the release was built from',
});

const notes = nullableString({
  maxLength: 10_000,
  pattern: TEXT_PATTERN,
  description: 'Free text, such as a change log; null for none',
});

const linked = links('Links to the build, the ticket or the tag');
const authors = Type.Array(line(200, 'Subject or other name of an author'), {
  maxItems: 100,
  uniqueItems: true,
  description: 'Who wrote the commits since the last release, by the word of the caller',
});
const branch = line(255, 'Branch that the release was built from');

export const Release = Type.Object(
  {
    id: uuid(),
    projectId: Type.Integer(),
    version: Type.String(),
    commit: Type.String({ description: 'Full Git commit id in lower case' }),
    branch: nullableString(),
    triggeredBy: nullableString({
      description:
        'Person who set the pipeline off: the caller, or by `actorClaim` of its issuer. null if unknown',
    }),
    authors: Type.Array(Type.String(), {
      description: 'Who wrote the commits, by the word of the caller',
    }),
    notes: nullableString(),
    links: linksShown(),
    state: stringEnum(STATES, {
      description:
        'open: artifacts can be added. sealed: the artifacts are final. revoked: the release must not ship. ' +
        'A release cannot return to an earlier state',
    }),
    sealedAt: nullableTimestamp('Time of sealing; null if never sealed'),
    sealedBy: nullableString(),
    revokedAt: nullableTimestamp('Time of revocation; null if not revoked'),
    revokedBy: nullableString(),
    revokedReason: nullableString(),
    createdAt: timestamp('Time of registration'),
    createdBy: nullableString(),
    updatedAt: timestamp('Time of the last change of notes, links or state'),
    updatedBy: nullableString(),
  },
  { $id: 'Release', description: 'A version of a project', examples: [example] },
);

const described = {
  branch: Type.Optional(branch),
  authors: Type.Optional(authors),
  notes: Type.Optional(notes),
  links: Type.Optional(linked),
};

export const CreateRelease = Type.Object(
  { version, commit, ...described },
  {
    $id: 'CreateRelease',
    additionalProperties: false,
    examples: [{ version: '1.4.0', commit: COMMIT, branch: 'main' }],
  },
);

export const PutRelease = Type.Object(
  { commit, ...described },
  {
    $id: 'PutRelease',
    additionalProperties: false,
    description:
      'Branch, authors, notes and links are stored only when the call creates the release',
    examples: [{ commit: COMMIT, branch: 'main' }],
  },
);

export const UpdateRelease = Type.Object(
  { notes: Type.Optional(notes), links: Type.Optional(linked) },
  {
    $id: 'UpdateRelease',
    additionalProperties: false,
    description: 'Fields that are left out keep their values',
    examples: [{ notes: 'Fixes the rounding of fees' }],
  },
);

export const RevokeRelease = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 2000,
      pattern: '^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$',
      'x-rule': 'must not be blank',
      description: 'Reason for the revocation. Anyone who can read the release can read it',
    }),
  },
  {
    $id: 'RevokeRelease',
    additionalProperties: false,
    examples: [{ reason: 'Charges the fee twice' }],
  },
);

export const ProjectParams = Type.Object({ id: projectId });

export const VersionParams = Type.Object({ id: projectId, version });

export const ReleaseParams = Type.Object({ id: uuid() });

export const ListReleasesQuery = Type.Object(
  {
    ...queryById,
    state: defaulted(
      stringEnum([...STATES, 'all'], {
        default: 'all',
        description: 'Only releases in this state',
      }),
    ),
    commit: parameter(commit, 'Only releases built from this commit'),
    version: parameter(version, 'Only the release with this version'),
  },
  { additionalProperties: false },
);

export const ReleaseRef = schemaRef(Release);
export const CreateReleaseRef = schemaRef(CreateRelease);
export const PutReleaseRef = schemaRef(PutRelease);
export const UpdateReleaseRef = schemaRef(UpdateRelease);
export const RevokeReleaseRef = schemaRef(RevokeRelease);

export type CreateRelease = Static<typeof CreateRelease>;
export type PutRelease = Static<typeof PutRelease>;
export type UpdateRelease = Static<typeof UpdateRelease>;
export type ListReleasesQuery = Static<typeof ListReleasesQuery>;
