import { type Caller, type Projects, projectsFor, reaches } from '../../access/caller.js';
import type { Scope } from '../../access/scopes.js';
import { changed, requireVersion } from '../../contract/entity-tags.js';
import { type Page, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, type Order } from '../../contract/position.js';
import type { Database } from '../../database/client.js';
import type { CallContext } from '../../database/context.js';
import { isForeignKeyViolation } from '../../database/errors.js';
import { query } from '../../database/sql.js';
import { Prisma } from '../../generated/prisma/client.js';
import { AppError, invalid } from '../../shared/app-error.js';
import type { CreateProject, ListProjectsQuery, UpdateProject } from './projects.schemas.js';
import { MAX_NAME } from './projects.schemas.js';
import { type ProjectRow, SELECT_PROJECT, selectPage } from './projects.sql.js';

const bound = () =>
  new AppError('insufficient-scope', 'This caller is bound to its projects and cannot add others');

/** A condition for Prisma: one of these versions. */
const only = (versions: number[] | undefined) => versions && { version: { in: versions } };

const notFound = () => new AppError('project-not-found', 'Project not found');

/** Prisma's "the record to change does not exist". */
const isMissing = (error: unknown) =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2025';

/** What a row was sorted by, as its index has it: cut by code points, as PostgreSQL's `left` does. */
function keyOf(row: ProjectRow, sort: ListProjectsQuery['sort']): string | null {
  if (sort.endsWith('name')) return [...row.name].slice(0, MAX_NAME).join('');
  return sort.endsWith('createdAt') ? row.createdAt.toISOString() : null;
}

/** The sort is a part of the cursor: one of another sort is refused. */
function orderOf(sort: ListProjectsQuery['sort']): Order {
  if (sort.endsWith('id')) return [{ is: sort }, 'null', 'int'];
  return [{ is: sort }, sort.endsWith('name') ? 'text' : 'instant', 'int'];
}

/**
 * Are there these projects? A credential for one to come would be for whoever makes it.
 * @throws {AppError} `validation-failed`, at `/projects/…` of the body
 */
export async function checkProjects({ prisma }: CallContext, ids: Projects): Promise<void> {
  if (ids === null) return;
  const where = { id: { in: [...ids] } };
  const rows = await prisma.project.findMany({ where, select: { id: true } });
  const existing = new Set(rows.map(({ id }) => id));
  const errors = ids.flatMap((id, index) =>
    existing.has(id)
      ? []
      : [{ in: 'body' as const, pointer: `/projects/${index}`, message: 'is no project' }],
  );
  if (errors.length > 0) throw invalid(errors);
}

/**
 * What a caller does not reach does not exist for it; whether there is such a project is another question.
 * @throws {AppError} `project-not-found`
 */
export function requireReach(caller: Caller, scope: Scope, id: number): void {
  if (!reaches(caller, scope, id)) throw notFound();
}

/** @throws {AppError} `project-not-found` */
export async function requireProject({ prisma }: CallContext, id: number): Promise<void> {
  if (!(await prisma.project.findUnique({ where: { id }, select: { id: true } }))) throw notFound();
}

export type ProjectsService = ReturnType<typeof projectsService>;

/** The rules of the register of projects. */
export function projectsService({ pool }: Database) {
  /** On the way of a change: in its transaction, if it has one. */
  async function find({ prisma }: CallContext, id: number): Promise<ProjectRow> {
    const row = await prisma.project.findUnique({ where: { id } });
    if (!row) throw notFound();
    return row;
  }

  /** Why a change found nothing: the project is not there, or it is another version by now. */
  async function explain(
    context: CallContext,
    id: number,
    error: unknown,
    versions?: number[],
  ): Promise<never> {
    if (!isMissing(error)) throw error;
    if (!versions) throw notFound(); // also when it has come since
    throw changed((await find(context, id)).version);
  }

  return {
    /** @throws {AppError} `insufficient-scope` for a caller that is bound to other projects */
    create({ caller, prisma }: CallContext, input: CreateProject): Promise<ProjectRow> {
      if (projectsFor(caller, 'projects:write') !== null) throw bound();
      const { subject } = caller;
      return prisma.project.create({ data: { ...input, createdBy: subject, updatedBy: subject } });
    },

    /** @throws {AppError} `project-not-found` */
    async get({ caller }: CallContext, id: number): Promise<ProjectRow> {
      if (!reaches(caller, 'projects:read', id)) throw notFound();
      const [row] = await query<ProjectRow>(pool, SELECT_PROJECT, [id]);
      if (!row) throw notFound();
      return row;
    },

    /** @throws {AppError} `validation-failed` for a cursor that is not of this list */
    async list({ caller }: CallContext, request: ListProjectsQuery): Promise<Page<ProjectRow>> {
      const { sort, cursor, limit } = request;
      const position = decodePosition(orderOf(sort), cursor);
      const among = projectsFor(caller, 'projects:read');
      const { statement, values } = selectPage(request, position, among);
      const rows = await query<ProjectRow>(pool, statement, values);
      return pageOf(rows, limit, (last) => encodePosition([sort, keyOf(last, sort), last.id]));
    },

    /**
     * @param versions change it only if it is one of these
     * @throws {AppError} `project-not-found`, `precondition-failed`
     */
    async update(
      context: CallContext,
      id: number,
      changes: UpdateProject,
      versions?: number[],
    ): Promise<ProjectRow> {
      const { caller, prisma } = context;
      if (!reaches(caller, 'projects:write', id)) throw notFound();
      if (Object.keys(changes).length === 0) {
        const project = await find(context, id);
        requireVersion(project.version, versions);
        return project;
      }
      const data = { ...changes, updatedBy: caller.subject };
      return prisma.project
        .update({ where: { id, ...only(versions) }, data })
        .catch((error: unknown) => explain(context, id, error, versions));
    },

    /**
     * @param versions remove it only if it is one of these
     * @throws {AppError} `project-not-found`, `project-has-releases`, `precondition-failed`
     */
    async remove(context: CallContext, id: number, versions?: number[]): Promise<void> {
      const { caller, prisma } = context;
      if (!reaches(caller, 'projects:write', id)) throw notFound();
      await prisma.project
        .delete({ where: { id, ...only(versions) }, select: { id: true } })
        .catch((error: unknown) => {
          if (!isForeignKeyViolation(error)) return explain(context, id, error, versions);
          const detail =
            'It has releases, and they are kept: a project is removed only while it has none';
          throw new AppError('project-has-releases', detail);
        });
    },
  };
}
