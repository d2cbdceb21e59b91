import { type Caller, type Projects, projectsFor, reaches } from '../../access/caller.js';
import type { Scope } from '../../access/scopes.js';
import { requireVersion } from '../../contract/entity-tags.js';
import { type Page, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, type Order } from '../../contract/position.js';
import { type CallContext, query } from '../../database/context.js';
import { isForeignKeyViolation } from '../../database/errors.js';
import { type ChangeContext, change } from '../../events/index.js';
import { AppError, invalid } from '../../shared/app-error.js';
import type { CreateProject, ListProjectsQuery, UpdateProject } from './projects.schemas.js';
import { MAX_NAME } from './projects.schemas.js';
import {
  DELETE_PROJECT,
  INSERT_PROJECT,
  LOCK_PROJECT,
  type ProjectRow,
  SELECT_PROJECT,
  selectPage,
  UPDATE_PROJECT,
} from './projects.sql.js';

const bound = () =>
  new AppError('insufficient-scope', 'This caller is bound to its projects and cannot add others');

const notFound = () => new AppError('project-not-found', 'Project not found');

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
export function projectsService() {
  /**
   * The project that a change is about, kept from other changes until it is done.
   * @throws {AppError} `project-not-found`, `precondition-failed`
   */
  async function lock(
    context: ChangeContext,
    id: number,
    versions: number[] | undefined,
  ): Promise<ProjectRow> {
    if (!reaches(context.caller, 'projects:write', id)) throw notFound();
    const [row] = await query<ProjectRow>(context, LOCK_PROJECT, [id]);
    if (!row) throw notFound();
    requireVersion(row.version, versions);
    return row;
  }

  return {
    /** @throws {AppError} `insufficient-scope` for a caller that is bound to other projects */
    async create(context: CallContext, input: CreateProject): Promise<ProjectRow> {
      if (projectsFor(context.caller, 'projects:write') !== null) throw bound();
      return change(context, async (changing) => {
        const { name, status = null, description = null } = input;
        const values = [name, status, description, context.caller.subject];
        const [row] = await query<ProjectRow>(changing, INSERT_PROJECT, values);
        if (!row) throw new Error('an INSERT returned no row');
        const { id } = row;
        changing.record('project.created', { id, projectId: id, data: { status: row.status } });
        return row;
      });
    },

    /** @throws {AppError} `project-not-found` */
    async get(context: CallContext, id: number): Promise<ProjectRow> {
      if (!reaches(context.caller, 'projects:read', id)) throw notFound();
      const [row] = await query<ProjectRow>(context, SELECT_PROJECT, [id]);
      if (!row) throw notFound();
      return row;
    },

    /** @throws {AppError} `validation-failed` for a cursor that is not of this list */
    async list(context: CallContext, request: ListProjectsQuery): Promise<Page<ProjectRow>> {
      const { sort, cursor, limit } = request;
      const position = decodePosition(orderOf(sort), cursor);
      const among = projectsFor(context.caller, 'projects:read');
      const { statement, values } = selectPage(request, position, among);
      const rows = await query<ProjectRow>(context, statement, values);
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
      return change(context, async (changing) => {
        const before = await lock(changing, id, versions);
        const fields = Object.keys(changes);
        if (fields.length === 0) return changing.unchanged(before);
        const { name, status, description } = { ...before, ...changes };
        const values = [id, name, status, description, context.caller.subject];
        const [row] = await query<ProjectRow>(changing, UPDATE_PROJECT, values);
        if (!row) throw notFound();
        changing.record('project.updated', {
          id,
          projectId: id,
          data: {
            fields,
            version: row.version,
            ...(status !== before.status && { status: { before: before.status, after: status } }),
          },
        });
        return row;
      });
    },

    /**
     * @param versions remove it only if it is one of these
     * @throws {AppError} `project-not-found`, `project-has-releases`, `precondition-failed`
     */
    async remove(context: CallContext, id: number, versions?: number[]): Promise<void> {
      await change(context, async (changing) => {
        const { status, version } = await lock(changing, id, versions);
        await query(changing, DELETE_PROJECT, [id]).catch((error: unknown) => {
          if (!isForeignKeyViolation(error)) throw error;
          const detail =
            'It has releases, and they are kept: a project is removed only while it has none';
          throw new AppError('project-has-releases', detail);
        });
        changing.record('project.deleted', { id, projectId: id, data: { status, version } });
      });
    },
  };
}
