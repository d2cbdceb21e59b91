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

/** OpenID Connect Discovery 1.0, section 4, plus http for this machine: no query, fragment or user. */
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
    'x-rule': 'must be 1 to 500 characters, with at most one *, at the end and after other text',
  },
  description: [
    'Claims that the token must have. Each must match exactly, or begin with the text before a final `*`.',
    'End that text at a separator: `repo:acme/app*` also matches `repo:acme/app-evil`',
  ].join(' '),
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
  actorClaim: nullableString({
    description: 'Claim that names the person who set the pipeline off; null for none',
  }),
  ...rights,
  createdAt: timestamp('Time of creation'),
  createdBy: Type.String({ description: 'Caller who created the entry' }),
  revokedAt: nullableTimestamp('Time of revocation. null if not revoked'),
  revokedBy: nullableString({ description: 'Caller who revoked the trust' }),
};

const request = {
  name: 'payments on GitHub Actions',
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'https://releases.example.org',
  conditions: { repository: 'acme/payments', ref: 'refs/heads/main' },
  actorClaim: 'actor',
  scopes: ['projects:read', 'projects:write'],
};

export const Issuer = Type.Object(properties, {
  $id: 'Issuer',
  description: 'An OpenID Connect issuer whose tokens the server accepts, with their rights',
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
    name: line(200, 'Purpose of the trust'),
    issuer: Type.String({
      maxLength: 500,
      pattern: `^(?:https://${HOST_AND_PATH}|http://${LOCAL})$`,
      'x-rule': 'must be an https URL without query and fragment (http only for localhost)',
      description: [
        'URL that must equal the claim `iss` exactly.',
        "The server reads the issuer's keys through its `/.well-known/openid-configuration`",
      ].join(' '),
    }),
    audience: line(500, 'Value that the claim `aud` must equal or contain'),
    conditions,
    actorClaim: defaulted(
      nullableString({
        minLength: 1,
        maxLength: 100,
        pattern: '^[^\\u0000-\\u001f\\u007f]+$',
        default: null,
        description: [
          'Claim that names the person who set the pipeline off, such as `actor` of GitHub or `user_login` of GitLab.',
          'Releases and evidence keep it as `triggeredBy`. null: nobody is known',
        ].join(' '),
      }),
    ),
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
      stringEnum(['active', 'revoked', 'all'], {
        default: 'active',
        description: 'State of the issuers',
      }),
    ),
  },
  { additionalProperties: false },
);

export const IssuerRef = schemaRef(Issuer);
export const CreateIssuerRef = schemaRef(CreateIssuer);

export type Issuer = Static<typeof Issuer>;
export type CreateIssuer = Static<typeof CreateIssuer>;
export type ListIssuersQuery = Static<typeof ListIssuersQuery>;
