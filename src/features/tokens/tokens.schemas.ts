import { type Static, Type } from '@sinclair/typebox';
import { requestedRights, rights } from '../../access/rights.js';
import { queryById } from '../../contract/page.js';
import {
  defaulted,
  line,
  nullableString,
  nullableTimestamp,
  schemaRef,
  stringEnum,
  timestamp,
} from '../../contract/schemas.js';

export const MAX_DAYS = 366;

const properties = {
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  subject: Type.String(),
  ...rights,
  person: Type.Boolean({
    description: 'Whether an admin marked the token as that of a person, whose approvals count',
  }),
  createdAt: timestamp('Time of creation'),
  createdBy: Type.String({ description: 'Caller who created the token' }),
  expiresAt: timestamp('Time from which the server refuses the token'),
  lastUsedAt: nullableTimestamp('Time of last use, accurate to a minute. null if never used'),
  revokedAt: nullableTimestamp('Time of revocation. null if not revoked'),
  revokedBy: nullableString({ description: 'Caller who revoked the token' }),
};

const example = {
  id: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  name: 'payments pipeline',
  subject: 'jenkins',
  scopes: ['projects:read', 'projects:write'],
  projects: null,
  person: false,
  createdAt: '2026-01-15T10:00:00.000Z',
  createdBy: 'alice',
  expiresAt: '2026-04-15T10:00:00.000Z',
  lastUsedAt: null,
  revokedAt: null,
  revokedBy: null,
};

export const Token = Type.Object(properties, {
  $id: 'Token',
  description: 'An API token, without its secret',
  examples: [example],
});

export const CreatedToken = Type.Object(
  {
    ...properties,
    secret: Type.String({
      description: 'Secret to send as `Authorization: Bearer`. The server returns it only once',
    }),
  },
  {
    $id: 'CreatedToken',
    description: 'A new API token, with its secret',
    examples: [{ ...example, secret: `srp_${'X'.repeat(49)}` }],
  },
);

export const CreateToken = Type.Object(
  {
    name: line(200, 'Purpose of the token'),
    subject: line(
      200,
      'Person, team or pipeline that the token stands for. Must not be `anonymous`, begin with `cli:` or contain `|`',
    ),
    ...requestedRights,
    person: defaulted(
      Type.Boolean({
        default: false,
        description: [
          'true: the token is that of the one person whom `subject` names, and its approvals count.',
          'The caller needs `identities:admin`. For servers without an identity provider',
        ].join(' '),
      }),
    ),
    expiresInDays: defaulted(
      Type.Integer({
        minimum: 1,
        maximum: MAX_DAYS,
        default: 90,
        description: 'Days until the token expires',
      }),
    ),
  },
  {
    $id: 'CreateToken',
    additionalProperties: false,
    examples: [
      {
        name: 'payments pipeline',
        subject: 'jenkins',
        scopes: ['projects:read', 'projects:write'],
      },
    ],
  },
);

export const TokenParams = Type.Object({
  id: Type.String({ format: 'uuid', examples: [example.id] }),
});

export const TOKEN_STATES = ['active', 'expired', 'revoked', 'all'] as const;

export const ListTokensQuery = Type.Object(
  {
    ...queryById,
    state: defaulted(
      stringEnum(TOKEN_STATES, { default: 'active', description: 'State of the tokens' }),
    ),
  },
  { additionalProperties: false },
);

export const TokenRef = schemaRef(Token);
export const CreatedTokenRef = schemaRef(CreatedToken);
export const CreateTokenRef = schemaRef(CreateToken);

export type Token = Static<typeof Token>;
export type CreatedToken = Static<typeof CreatedToken>;
export type CreateToken = Static<typeof CreateToken>;
export type ListTokensQuery = Static<typeof ListTokensQuery>;
