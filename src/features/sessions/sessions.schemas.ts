import { type Static, Type } from '@sinclair/typebox';
import { rights } from '../../access/rights.js';
import {
  defaulted,
  nullableString,
  nullableTimestamp,
  schemaRef,
  stringEnum,
} from '../../contract/schemas.js';
import { MAX_PATH } from '../../security/sign-in/attempt.js';

export const SignInQuery = Type.Object(
  {
    return: defaulted(
      Type.String({
        maxLength: MAX_PATH,
        pattern: '^/(?:[!-.0-\\[\\]-~][!-\\[\\]-~]*)?$',
        'x-rule': 'must be a path of this server, such as /docs',
        default: '/',
        description: 'Path of this server to which the browser returns',
      }),
    ),
    again: defaulted(
      Type.Boolean({
        default: false,
        description: 'true: the provider asks for the password even if it knows the browser',
      }),
    ),
  },
  { additionalProperties: false },
);

/** RFC 6749, section 4.1.2. Providers add parameters of their own. */
export const CallbackQuery = Type.Object({
  state: Type.Optional(Type.String({ maxLength: 200, description: 'State of the attempt' })),
  code: Type.Optional(Type.String({ maxLength: 8000, description: 'Code of the provider' })),
  error: Type.Optional(Type.String({ maxLength: 500, description: 'Why the provider refused' })),
});

export const Me = Type.Object(
  {
    subject: Type.String({ description: 'Person, team or pipeline that the caller stands for' }),
    credential: Type.String({
      description: 'Identifies the credential in the log: `session:ID`, `token:ID` or `issuers:…`',
    }),
    person: Type.Boolean({
      description: 'Whether the caller counts as a person, whose approvals count',
    }),
    via: Type.Unsafe<'sign-in' | 'token' | null>({
      ...stringEnum(['sign-in', 'token']),
      type: ['string', 'null'],
      enum: ['sign-in', 'token', null],
      description: 'How the server knows that the caller is a person; null for a program',
    }),
    groups: Type.Array(Type.String(), { description: 'Groups of a person who signed in' }),
    otherNames: Type.Array(Type.String(), {
      description: 'Other subjects that are the same person, by links',
    }),
    grants: Type.Array(Type.Object(rights), { description: 'What the caller may do' }),
    signedInAt: nullableTimestamp(
      'When the person last proved who it is, by the identity provider. null if unknown',
    ),
    sessionEndsAt: nullableTimestamp(
      'When the session ends at the latest. null for a token. 30 minutes without a request end it earlier',
    ),
    antiForgeryToken: nullableString({
      description: 'Value for the header `X-Anti-Forgery-Token` of changes. null for a token',
    }),
  },
  {
    $id: 'Me',
    description: 'The caller',
    examples: [
      {
        subject: 'https://login.example.org|00u1abcd',
        credential: 'session:019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
        person: true,
        via: 'sign-in',
        groups: ['release-managers'],
        otherNames: [],
        grants: [{ scopes: ['projects:read', 'releases:read'], projects: null }],
        signedInAt: '2026-01-15T09:58:12.000Z',
        sessionEndsAt: '2026-01-15T18:00:00.000Z',
        antiForgeryToken: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
      },
    ],
  },
);

export const MeRef = schemaRef(Me);

export type SignInQuery = Static<typeof SignInQuery>;
