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
  createdAt: timestamp('When it was made'),
  createdBy: Type.String({ description: 'Who made it' }),
  expiresAt: timestamp('It is refused from then on'),
  lastUsedAt: nullableTimestamp('When it was last used, to the minute; null: never'),
  revokedAt: nullableTimestamp('When it was revoked; null: it was not'),
  revokedBy: nullableString({ description: 'Who revoked it' }),
};

const example = {
  id: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  name: 'payments pipeline',
  subject: 'jenkins',
  scopes: ['projects:read', 'projects:write'],
  projects: null,
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
    secret: Type.String({ description: 'What to send as Bearer. It is not kept: shown only now' }),
  },
  {
    $id: 'CreatedToken',
    description: 'A new API token, with its secret',
    examples: [{ ...example, secret: `srp_${'X'.repeat(49)}` }],
  },
);

export const CreateToken = Type.Object(
  {
    name: line(200, 'What it is for'),
    subject: line(
      200,
      'Who it stands for: a person, a team or a pipeline. Not anonymous, not cli:…, and without |',
    ),
    ...requestedRights,
    expiresInDays: defaulted(
      Type.Integer({
        minimum: 1,
        maximum: MAX_DAYS,
        default: 90,
        description: 'It is refused after so many days',
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
    state: defaulted(stringEnum(TOKEN_STATES, { default: 'active', description: 'Only those' })),
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
