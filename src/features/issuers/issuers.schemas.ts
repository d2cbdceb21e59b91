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

/** https, and http to this machine; no query, no fragment, no user: Discovery 1.0, section 4. */
const HOST_AND_PATH =
  '[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?(?:/(?:[A-Za-z0-9._~/-]|%[0-9A-Fa-f]{2})*)?';
const LOCAL = '(?:localhost|127\\.0\\.0\\.1|\\[::1\\])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?';

const conditions = Type.Unsafe<Record<string, string>>({
  type: 'object',
  minProperties: 1,
  maxProperties: 20,
  propertyNames: { type: 'string', minLength: 1, maxLength: 100, pattern: '^[^\\u0000]+$' },
  additionalProperties: {
    type: 'string',
    minLength: 1,
    maxLength: 500,
    pattern: '^[^*\\u0000]+\\*?$',
    'x-rule': 'must be text of 1 to 500 characters, with * at its end only, and not alone',
  },
  description:
    'Claims that the token must have, each to the letter, or beginning with what stands before a final `*`. Mind where it ends: `repo:acme/app*` also meets `repo:acme/app-evil`',
});

const properties = {
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  issuer: Type.String(),
  audience: Type.String(),
  conditions: Type.Unsafe<Record<string, string>>({
    type: 'object',
    additionalProperties: { type: 'string' },
  }),
  ...rights,
  createdAt: timestamp('When it was added'),
  createdBy: Type.String({ description: 'Who added it' }),
  revokedAt: nullableTimestamp('When it was withdrawn; null: it counts'),
  revokedBy: nullableString({ description: 'Who withdrew it' }),
};

const request = {
  name: 'payments on GitHub Actions',
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'https://releases.example.org',
  conditions: { repository: 'acme/payments', ref: 'refs/heads/main' },
  scopes: ['projects:read', 'projects:write'],
};

export const Issuer = Type.Object(properties, {
  $id: 'Issuer',
  description: 'Whose OpenID Connect tokens are accepted, and what they may do',
  examples: [
    {
      id: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
      ...request,
      projects: null,
      createdAt: '2026-11-23T10:00:00.000Z',
      createdBy: 'alice',
      revokedAt: null,
      revokedBy: null,
    },
  ],
});

export const CreateIssuer = Type.Object(
  {
    name: line(200, 'What it is for'),
    issuer: Type.String({
      maxLength: 500,
      pattern: `^(?:https://${HOST_AND_PATH}|http://${LOCAL})$`,
      'x-rule': 'must be an https address without query and fragment (http only for this machine)',
      description: "The claim `iss`, to the letter. The issuer's keys are looked up below it",
    }),
    audience: line(500, 'What the claim `aud` must be or contain'),
    conditions,
    ...requestedRights,
  },
  { $id: 'CreateIssuer', additionalProperties: false, examples: [request] },
);

export const IssuerParams = Type.Object({
  id: Type.String({ format: 'uuid', examples: ['019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e'] }),
});

export const ListIssuersQuery = Type.Object(
  {
    ...queryById,
    state: defaulted(
      stringEnum(['active', 'revoked', 'all'], { default: 'active', description: 'Only those' }),
    ),
  },
  { additionalProperties: false },
);

export const IssuerRef = schemaRef(Issuer);
export const CreateIssuerRef = schemaRef(CreateIssuer);

export type Issuer = Static<typeof Issuer>;
export type CreateIssuer = Static<typeof CreateIssuer>;
export type ListIssuersQuery = Static<typeof ListIssuersQuery>;
