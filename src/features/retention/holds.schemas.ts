import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import {
  defaulted,
  line,
  nullableString,
  nullableTimestamp,
  parameter,
  projectId,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';

const RELEASE = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
const example = { projectId: 1, releaseId: RELEASE, reason: 'Case 2026-117' };

export const LegalHold = Type.Object(
  {
    id: uuid(),
    projectId: Type.Integer(),
    releaseId: nullableString({
      format: 'uuid',
      description: 'The release, or null for the whole project',
    }),
    reason: Type.String(),
    createdAt: timestamp('Time of the hold'),
    createdBy: Type.String(),
    liftedAt: nullableTimestamp('When it was lifted. null: it counts'),
    liftedBy: nullableString(),
    liftReason: nullableString(),
  },
  {
    $id: 'LegalHold',
    description: 'While it counts, no document of the project, or of the release, is removed',
    examples: [
      {
        id: '019aaf70-1d2e-7a3b-8c4d-5e6f70819203',
        ...example,
        createdAt: '2026-11-25T02:14:00.000Z',
        createdBy: 'alice',
        liftedAt: null,
        liftedBy: null,
        liftReason: null,
      },
    ],
  },
);

export const CreateLegalHold = Type.Object(
  {
    projectId,
    releaseId: Type.Optional(uuid('The release. Absent: the whole project')),
    reason: line(500, 'Why, for those who would lift it'),
  },
  { $id: 'CreateLegalHold', additionalProperties: false, examples: [example] },
);

export const LiftLegalHold = Type.Object(
  { reason: line(500, 'Why documents need not be kept any more') },
  {
    $id: 'LiftLegalHold',
    additionalProperties: false,
    examples: [{ reason: 'The case is closed' }],
  },
);

export const LegalHoldParams = Type.Object({ id: uuid() });

export const ListLegalHoldsQuery = Type.Object(
  {
    ...queryById,
    projectId: parameter(
      Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
      'Only holds of this project',
    ),
    state: defaulted(
      stringEnum(['current', 'lifted', 'all'], {
        default: 'current',
        description: '`current`: those that count',
      }),
    ),
  },
  { additionalProperties: false },
);

export const LegalHoldRef = schemaRef(LegalHold);
export const CreateLegalHoldRef = schemaRef(CreateLegalHold);
export const LiftLegalHoldRef = schemaRef(LiftLegalHold);

export type LegalHold = Static<typeof LegalHold>;
export type CreateLegalHold = Static<typeof CreateLegalHold>;
export type LiftLegalHold = Static<typeof LiftLegalHold>;
export type ListLegalHoldsQuery = Static<typeof ListLegalHoldsQuery>;
