import { type Caller, type Projects, projectsFor, reaches } from '../../access/caller.js';
import type { Scope } from '../../access/scopes.js';
import { requireVersion } from '../../contract/entity-tags.js';
import { type Page, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, type Order } from '../../contract/position.js';
import { type CallContext, query } from '../../database/context.js';
import { isForeignKeyViolation, isUniqueViolation } from '../../database/errors.js';
import { type ChangeContext, change } from '../../events/index.js';
import { AppError, invalid } from '../../shared/app-error.js';
import type { CreateProject, ListProjectsQuery, UpdateProject } from './projects.schemas.js';
import { MAX_NAME } from './projects.schemas.js';
import {
  DELETE_PROJECT,
  FIND_PROJECTS_BY_KEY,
  HAS_HOLD,
  INSERT_PROJECT,
  LOCK_PROJECT,
  type ProjectRow,
  SELECT_PROJECT,
  selectPage,
  UPDATE_PROJECT,
} from './projects.sql.js';

const boundCallerError = () =>
  new AppError('insufficient-scope', 'This caller is bound to projects and cannot create others');

const projectNotFound = () => new AppError('project-not-found', 'Project not found');

/** For a statement that failed because another project has the key. */
const taken = (key: string | null) => (error: unknown) => {
  if (!isUniqueViolation(error)) throw error;
  throw new AppError('project-key-exists', `A project with the key ${key} already exists`);
};

/** The ids of projects by key, whether or not the caller reaches them. The services check that, by id. */
export async function findProjects(
  context: CallContext,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await query<{ id: number; key: string }>(context, FIND_PROJECTS_BY_KEY, [keys]);
  return new Map(rows.map(({ id, key }) => [key, id]));
}

/** Returns the sort key of a row. A name is cut by code points, as `left` in the index does. */
function sortKeyOf(row: ProjectRow, sort: ListProjectsQuery['sort']): string | null {
  if (sort.endsWith('name')) return [...row.name].slice(0, MAX_NAME).join('');
  return sort.endsWith('createdAt') ? row.createdAt.toISOString() : null;
}

/** The sort is a part of the cursor, so that a cursor of another sort is refused. */
function orderOf(sort: ListProjectsQuery['sort']): Order {
  if (sort.endsWith('id')) return [{ is: sort }, 'null', 'int'];
  return [{ is: sort }, sort.endsWith('name') ? 'text' : 'instant', 'int'];
}

/**
 * Checks that the projects exist. A credential for a future id would give access to a project of another owner.
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
      : [{ in: 'body' as const, pointer: `/projects/${index}`, message: 'does not exist' }],
  );
  if (errors.length > 0) throw invalid(errors);
}

/**
 * Checks the caller's access, not that the project exists. A project out of reach is reported as missing.
 * @throws {AppError} `project-not-found`
 */
export function requireReach(caller: Caller, scope: Scope, id: number): void {
  if (!reaches(caller, scope, id)) throw projectNotFound();
}

/** @throws {AppError} `project-not-found` */
export async function requireProject({ prisma }: CallContext, id: number): Promise<void> {
  if (!(await prisma.project.findUnique({ where: { id }, select: { id: true } })))
    throw projectNotFound();
}

export type ProjectsService = ReturnType<typeof projectsService>;

/** Rules for creating, reading and changing projects. */
export function projectsService() {
  /**
   * Returns the project and locks its row until the transaction ends.
   * @throws {AppError} `project-not-found`, `precondition-failed`
   */
  async function lock(
    context: ChangeContext,
    id: number,
    versions: number[] | undefined,
  ): Promise<ProjectRow> {
    if (!reaches(context.caller, 'projects:write', id)) throw projectNotFound();
    const [row] = await query<ProjectRow>(context, LOCK_PROJECT, [id]);
    if (!row) throw projectNotFound();
    requireVersion(row.version, versions);
    return row;
  }

  return {
    /** @throws {AppError} `insufficient-scope` for a caller that is bound to projects */
    async create(context: CallContext, input: CreateProject): Promise<ProjectRow> {
      if (projectsFor(context.caller, 'projects:write') !== null) throw boundCallerError();
      return change(context, async (changing) => {
        const { name, status = null, description = null, key = null } = input;
        const values = [name, status, description, context.caller.subject, key];
        const [row] = await query<ProjectRow>(changing, INSERT_PROJECT, values).catch(taken(key));
        if (!row) throw new Error('an INSERT returned no row');
        const { id } = row;
        const data = { status: row.status, ...(key !== null && { key }) };
        changing.record('project.created', { id, projectId: id, data });
        return row;
      });
    },

    /** @throws {AppError} `project-not-found` */
    async get(context: CallContext, id: number): Promise<ProjectRow> {
      if (!reaches(context.caller, 'projects:read', id)) throw projectNotFound();
      const [row] = await query<ProjectRow>(context, SELECT_PROJECT, [id]);
      if (!row) throw projectNotFound();
      return row;
    },

    /** The names of these projects, by id. Without those that the caller does not reach. */
    async names(
      { caller, prisma }: CallContext,
      ids: readonly number[],
    ): Promise<ReadonlyMap<number, string>> {
      const reached = [...new Set(ids)].filter((id) => reaches(caller, 'projects:read', id));
      if (reached.length === 0) return new Map();
      const rows = await prisma.project.findMany({
        where: { id: { in: reached } },
        select: { id: true, name: true },
      });
      return new Map(rows.map(({ id, name }) => [id, name]));
    },

    /** @throws {AppError} `validation-failed` for a cursor of another list */
    async list(context: CallContext, request: ListProjectsQuery): Promise<Page<ProjectRow>> {
      const { sort, cursor, limit } = request;
      const position = decodePosition(orderOf(sort), cursor);
      const among = projectsFor(context.caller, 'projects:read');
      const { statement, values } = selectPage(request, position, among);
      const rows = await query<ProjectRow>(context, statement, values);
      return pageOf(rows, limit, (last) => encodePosition([sort, sortKeyOf(last, sort), last.id]));
    },

    /**
     * @param versions the versions of `If-Match`: the change is refused for any other
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
        const { name, status, description, key } = { ...before, ...changes };
        const values = [id, name, status, description, context.caller.subject, key];
        const [row] = await query<ProjectRow>(changing, UPDATE_PROJECT, values).catch(taken(key));
        if (!row) throw projectNotFound();
        // A trigger counts changes of the row. If it had all these values, nothing happened.
        if (row.version === before.version) return changing.unchanged(row);
        changing.record('project.updated', {
          id,
          projectId: id,
          data: {
            fields,
            version: row.version,
            ...(status !== before.status && { status: { before: before.status, after: status } }),
            ...(key !== before.key && { key: { before: before.key, after: key } }),
          },
        });
        return row;
      });
    },

    /**
     * @param versions the versions of `If-Match`: the deletion is refused for any other
     * @throws {AppError} `project-not-found`, `project-has-releases`, `project-has-legal-hold`, `precondition-failed`
     */
    async remove(context: CallContext, id: number, versions?: number[]): Promise<void> {
      await change(context, async (changing) => {
        const { status, version } = await lock(changing, id, versions);
        const [hold] = await query(changing, HAS_HOLD, [id]);
        if (hold) {
          const detail = 'A project that has or had a legal hold cannot be deleted: holds are kept';
          throw new AppError('project-has-legal-hold', detail);
        }
        await query(changing, DELETE_PROJECT, [id]).catch((error: unknown) => {
          if (!isForeignKeyViolation(error)) throw error;
          const detail =
            'A project with releases cannot be deleted, and releases are kept permanently';
          throw new AppError('project-has-releases', detail);
        });
        changing.record('project.deleted', { id, projectId: id, data: { status, version } });
      });
    },
  };
}
