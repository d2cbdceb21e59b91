import { type Static, Type } from '@sinclair/typebox';
import { queryByPosition } from '../../contract/page.js';
import {
  defaulted,
  line,
  nullableString,
  projectId,
  schemaRef,
  stringEnum,
  TEXT_PATTERN,
  timestamp,
} from '../../contract/schemas.js';
import { PROJECT_KEY } from '../../shared/project-key.js';

/** Limits of requests, in Unicode code points. Responses have no limit: the table holds longer, older rows. */
export const MAX_NAME = 200;
export const MAX_STATUS = 50;
export const MAX_PAGE = 1000;

const example = {
  id: 1,
  name: 'Mon Projet',
  key: 'mon-projet',
  status: 'active',
  description: null,
  createdAt: '2026-11-22T10:00:00.000Z',
  updatedAt: '2026-11-22T10:00:00.000Z',
  createdBy: 'jenkins',
  updatedBy: 'jenkins',
};

export const Project = Type.Object(
  {
    id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
    name: Type.String(),
    key: nullableString({
      description: 'Text that can stand for the id in requests; null for none',
    }),
    status: Type.String(),
    description: nullableString(),
    createdAt: timestamp('Time of creation. For rows of the Python service: time of the migration'),
    updatedAt: timestamp('Time of the last change'),
    createdBy: nullableString({
      description: 'Subject of the caller that created the project; null if unknown',
    }),
    updatedBy: nullableString({
      description:
        'Subject of the caller that last changed the project through this API; null if unknown',
    }),
  },
  { $id: 'Project', description: 'A software project', examples: [example] },
);

const name = line(MAX_NAME, 'Name in any script; need not be unique');
const status = line(MAX_STATUS, 'Status in your own words, such as planned, active or archived');
const description = nullableString({
  maxLength: 2000,
  pattern: TEXT_PATTERN,
  description: 'Free text, stored unchanged; null for none',
});

const key = {
  pattern: PROJECT_KEY,
  'x-rule': 'must begin with a letter and have at most 63 lower-case letters, digits and hyphens',
  description: 'Unique text that can stand for the id in requests, such as `/projects/shop`',
};

export const CreateProject = Type.Object(
  {
    name,
    key: Type.Optional(Type.String(key)),
    status: defaulted({ ...status, default: 'planned' }),
    description: Type.Optional(description),
  },
  {
    $id: 'CreateProject',
    additionalProperties: false,
    examples: [{ name: 'Mon Projet', status: 'active' }],
  },
);

export const UpdateProject = Type.Object(
  {
    name: Type.Optional(name),
    key: Type.Optional(nullableString(key)),
    status: Type.Optional(status),
    description: Type.Optional(description),
  },
  {
    $id: 'UpdateProject',
    additionalProperties: false,
    description: 'Fields that are left out keep their values',
    examples: [{ status: 'archived' }],
  },
);

export const ProjectParams = Type.Object({ id: projectId });

/** Values of `sort`. A minus sign means descending. Equal keys are sorted by id, in the same direction. */
export const SORTS = ['id', '-id', 'name', '-name', 'createdAt', '-createdAt'] as const;

export const ListProjectsQuery = Type.Object(
  {
    limit: defaulted(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: MAX_PAGE })),
    cursor: queryByPosition.cursor,
    status: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: MAX_STATUS,
        pattern: TEXT_PATTERN,
        description: 'Only projects with exactly this status',
      }),
    ),
    q: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: MAX_NAME,
        pattern: TEXT_PATTERN,
        description: 'Only projects whose name contains this text, in upper or lower case',
      }),
    ),
    sort: defaulted(
      stringEnum(SORTS, {
        default: 'id',
        description:
          'Sort order; a minus sign means descending. Names are compared by code point, up to 200 characters',
      }),
    ),
  },
  { additionalProperties: false },
);

export const ProjectRef = schemaRef(Project);
export const CreateProjectRef = schemaRef(CreateProject);
export const UpdateProjectRef = schemaRef(UpdateProject);

export type CreateProject = Static<typeof CreateProject>;
export type UpdateProject = Static<typeof UpdateProject>;
export type ListProjectsQuery = Static<typeof ListProjectsQuery>;
