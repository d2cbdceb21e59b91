import type { Database } from '../../database/client.js';
import { query } from '../../database/sql.js';
import { Prisma } from '../../generated/prisma/client.js';
import { AppError } from '../../shared/app-error.js';
import { decodeCursor, encodeCursor } from './projects.cursor.js';
import type { CreateProject, ListProjectsQuery, UpdateProject } from './projects.schemas.js';
import { MAX_NAME } from './projects.schemas.js';
import { type ProjectRow, SELECT_PROJECT, selectPage } from './projects.sql.js';

export interface ProjectPage {
  readonly projects: ProjectRow[];
  /** The cursor of the next page; absent on the last one. */
  readonly next?: string;
}

const notFound = () => new AppError('project-not-found', 'Project not found');

/** Prisma's "the record to change does not exist". */
function rethrow(error: unknown): never {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2025') {
    throw notFound();
  }
  throw error;
}

/** What a row was sorted by, as its index has it: cut by code points, as PostgreSQL's `left` does. */
function keyOf(row: ProjectRow, sort: ListProjectsQuery['sort']): string | null {
  if (sort.endsWith('name')) return [...row.name].slice(0, MAX_NAME).join('');
  return sort.endsWith('createdAt') ? row.createdAt.toISOString() : null;
}

export type ProjectsService = ReturnType<typeof projectsService>;

/** The rules of the register of projects. */
export function projectsService({ pool, prisma }: Database) {
  return {
    create(input: CreateProject): Promise<ProjectRow> {
      return prisma.project.create({ data: input });
    },

    /** @throws {AppError} `project-not-found` */
    async get(id: number): Promise<ProjectRow> {
      const [row] = await query<ProjectRow>(pool, SELECT_PROJECT, [id]);
      if (!row) throw notFound();
      return row;
    },

    /** @throws {AppError} `validation-failed` for a cursor that is not of this list */
    async list(request: ListProjectsQuery): Promise<ProjectPage> {
      const { sort, cursor, limit } = request;
      const position = cursor === undefined ? undefined : decodeCursor(sort, cursor);
      const { statement, values } = selectPage(request, position);
      const projects = await query<ProjectRow>(pool, statement, values);
      if (projects.length <= limit) return { projects };
      projects.pop();
      const last = projects.at(-1) as ProjectRow;
      return { projects, next: encodeCursor(sort, { key: keyOf(last, sort), id: last.id }) };
    },

    /** @throws {AppError} `project-not-found` */
    async update(id: number, changes: UpdateProject): Promise<ProjectRow> {
      if (Object.keys(changes).length === 0) return this.get(id);
      return prisma.project.update({ where: { id }, data: changes }).catch(rethrow);
    },

    /** @throws {AppError} `project-not-found` */
    async remove(id: number): Promise<void> {
      await prisma.project.delete({ where: { id }, select: { id: true } }).catch(rethrow);
    },
  };
}
