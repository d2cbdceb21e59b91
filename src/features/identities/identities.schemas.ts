import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import {
  defaulted,
  line,
  nullableString,
  nullableTimestamp,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';

const LOGIN = 'https://login.example.org|00u1abcd';

const link = {
  id: '019aaf61-0b52-7f1e-b3c4-5d6e7f8091a2',
  subject: 'jenkins',
  alias: LOGIN,
  createdAt: '2026-01-15T10:00:00.000Z',
  createdBy: 'bob',
  unlinkRequestedAt: null,
  unlinkRequestedBy: null,
  unlinkedAt: null,
  unlinkedBy: null,
};

export const IdentityLink = Type.Object(
  {
    id: uuid(),
    subject: Type.String({ description: 'Subject under which the person acts' }),
    alias: Type.String({ description: 'Other name of the same person' }),
    createdAt: timestamp('When the link began to count'),
    createdBy: Type.String({ description: 'Caller who created the link' }),
    unlinkRequestedAt: nullableTimestamp('When unlinking was requested. null if not'),
    unlinkRequestedBy: nullableString({ description: 'Person who requested to unlink' }),
    unlinkedAt: nullableTimestamp('When the link stopped to count. null if it counts'),
    unlinkedBy: nullableString({ description: 'Person who confirmed' }),
  },
  { $id: 'IdentityLink', description: 'Another name of a person', examples: [link] },
);

export const Identity = Type.Object(
  {
    id: uuid(),
    subject: Type.String({ description: 'Person, team or pipeline' }),
    name: nullableString({
      description: 'Name that the identity provider shows. It decides nothing',
    }),
    groups: Type.Array(Type.String(), {
      description: 'Groups that count, at the last sign-in',
    }),
    links: Type.Array(Type.Ref('IdentityLink'), {
      description: 'Links from and to this subject, with those that ended, oldest first',
    }),
    createdAt: timestamp('When the server first stored the identity'),
    createdBy: Type.String({ description: 'The person, or the admin who named it' }),
    signedInAt: nullableTimestamp('Time of the last sign-in. null if never'),
    disabledAt: nullableTimestamp('When an admin disabled the identity. null if not'),
    disabledBy: nullableString({ description: 'Admin who disabled the identity' }),
  },
  {
    $id: 'Identity',
    description: 'A subject that signed in, was linked, or was disabled',
    examples: [
      {
        id: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
        subject: 'jenkins',
        name: null,
        groups: [],
        links: [link],
        createdAt: '2026-01-15T10:00:00.000Z',
        createdBy: 'bob',
        signedInAt: null,
        disabledAt: null,
        disabledBy: null,
      },
    ],
  },
);

export const CreateLink = Type.Object(
  {
    alias: line(
      800,
      'Other name of the same person: the subject of a login or of tokens, or a person who sets pipelines off',
    ),
  },
  { $id: 'CreateLink', additionalProperties: false, examples: [{ alias: LOGIN }] },
);

const subject = Type.String({
  minLength: 1,
  maxLength: 256,
  description: 'Subject, percent-encoded, or id of the identity',
  examples: ['jenkins'],
});

export const IdentityParams = Type.Object({ subject });
export const LinkParams = Type.Object({ subject, id: uuid() });

export const ListIdentitiesQuery = Type.Object(
  {
    ...queryById,
    state: defaulted(
      stringEnum(['active', 'disabled', 'all'], {
        default: 'all',
        description: 'State of the identities',
      }),
    ),
  },
  { additionalProperties: false },
);

export const IdentityRef = schemaRef(Identity);
export const IdentityLinkRef = schemaRef(IdentityLink);
export const CreateLinkRef = schemaRef(CreateLink);

export type ListIdentitiesQuery = Static<typeof ListIdentitiesQuery>;
