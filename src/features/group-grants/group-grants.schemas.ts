import { type Static, Type } from '@sinclair/typebox';
import { requestedRights, rights } from '../../access/rights.js';
import { queryById } from '../../contract/page.js';
import {
  defaulted,
  line,
  nullableString,
  nullableTimestamp,
  parameter,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';

const request = {
  group: 'release-managers',
  scopes: ['projects:read', 'releases:read', 'evidence:read', 'verdicts:read', 'waivers:approve'],
};

export const GroupGrant = Type.Object(
  {
    id: uuid(),
    group: Type.String({ description: 'Name of the group, as the identity provider sends it' }),
    ...rights,
    createdAt: timestamp('Time of creation'),
    createdBy: Type.String({ description: 'Caller who created the grant' }),
    revokedAt: nullableTimestamp('Time of revocation. null if not revoked'),
    revokedBy: nullableString({ description: 'Caller who revoked the grant' }),
  },
  {
    $id: 'GroupGrant',
    description: 'What the members of a group may do after they signed in',
    examples: [
      {
        id: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
        ...request,
        projects: null,
        createdAt: '2026-01-15T10:00:00.000Z',
        createdBy: 'alice',
        revokedAt: null,
        revokedBy: null,
      },
    ],
  },
);

const group = line(200, 'Name of the group, exactly as the identity provider sends it');

export const CreateGroupGrant = Type.Object(
  { group, ...requestedRights },
  { $id: 'CreateGroupGrant', additionalProperties: false, examples: [request] },
);

export const GroupGrantParams = Type.Object({ id: uuid() });

export const ListGroupGrantsQuery = Type.Object(
  {
    ...queryById,
    state: defaulted(
      stringEnum(['active', 'revoked', 'all'], {
        default: 'active',
        description: 'State of the grants',
      }),
    ),
    group: parameter(Type.String({ maxLength: 200 }), 'Only grants of this group'),
  },
  { additionalProperties: false },
);

export const GroupGrantRef = schemaRef(GroupGrant);
export const CreateGroupGrantRef = schemaRef(CreateGroupGrant);

export type GroupGrant = Static<typeof GroupGrant>;
export type CreateGroupGrant = Static<typeof CreateGroupGrant>;
export type ListGroupGrantsQuery = Static<typeof ListGroupGrantsQuery>;
