import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import { schemaRef, timestamp, uuid } from '../../contract/schemas.js';

const example = { days: 730, deployedDays: null };

const daysOrNull = (description: string) =>
  Type.Union([Type.Integer({ minimum: 30, maximum: 36_500 }), Type.Null()], { description });

const days = daysOrNull(
  'Days without use after which the documents of a release that is not the newest can be removed. null: nothing is removed',
);
const deployedDays = daysOrNull(
  'The same for a release that was deployed, since it stopped running. null: its documents stay',
);

export const RetentionPolicy = Type.Object(
  {
    id: uuid(),
    days,
    deployedDays,
    createdAt: timestamp('When it was set. The latest policy counts'),
    createdBy: Type.String(),
  },
  {
    $id: 'RetentionPolicy',
    description: 'How long the documents of releases are kept',
    examples: [
      {
        id: '019aaf70-1d2e-7a3b-8c4d-5e6f70819203',
        ...example,
        createdAt: '2026-11-25T02:14:00.000Z',
        createdBy: 'alice',
      },
    ],
  },
);

export const CreateRetentionPolicy = Type.Object(
  { days, deployedDays },
  { $id: 'CreateRetentionPolicy', additionalProperties: false, examples: [example] },
);

export const ListPoliciesQuery = Type.Object({ ...queryById }, { additionalProperties: false });

export const RetentionPolicyRef = schemaRef(RetentionPolicy);
export const CreateRetentionPolicyRef = schemaRef(CreateRetentionPolicy);

export type RetentionPolicy = Static<typeof RetentionPolicy>;
export type CreateRetentionPolicy = Static<typeof CreateRetentionPolicy>;
export type ListPoliciesQuery = Static<typeof ListPoliciesQuery>;
