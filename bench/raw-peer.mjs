// A hand-written peer: the same platform, schemas and routes, with handlers that send named statements directly on
// pg's pool.
import { buildApp } from '../dist/app.js';
import { loadConfig } from '../dist/config.js';
import { openDatabase } from '../dist/database/client.js';
import {
  CreateProject,
  CreateProjectRef,
  ListProjectsQuery,
  Project,
  ProjectParams,
  ProjectRef,
} from '../dist/features/projects/projects.schemas.js';
import { COLUMNS } from './columns.mjs';

const GET = { name: 'get', text: `SELECT ${COLUMNS} FROM projects WHERE id = $1` };
const LIST = { name: 'list', text: `SELECT ${COLUMNS} FROM projects ORDER BY id LIMIT $1` };
const INSERT = {
  name: 'insert',
  text: `INSERT INTO projects (name, status, created_by, updated_by) VALUES ($1, $2, $3, $3)
         RETURNING ${COLUMNS}`,
};

/** @type {import('../dist/platform/feature.js').Feature} */
const raw = {
  tag: { name: 'projects', description: 'By hand' },
  async plugin(app, { database: { pool } }) {
    for (const schema of [Project, CreateProject]) app.addSchema(schema);
    app.get(
      '/projects/:id',
      {
        config: { scope: 'projects:read' },
        schema: { params: ProjectParams, response: { 200: ProjectRef } },
      },
      async (request, reply) => {
        const { rows } = await pool.query({ ...GET, values: [request.params.id] });
        return rows[0] ?? reply.code(404).send({});
      },
    );
    app.get(
      '/projects',
      {
        config: { scope: 'projects:read' },
        schema: {
          querystring: ListProjectsQuery,
          response: { 200: { type: 'array', items: ProjectRef } },
        },
      },
      async (request) => {
        const { rows } = await pool.query({ ...LIST, values: [request.query.limit] });
        return rows;
      },
    );
    app.post(
      '/projects',
      {
        config: { scope: 'projects:write' },
        schema: { body: CreateProjectRef, response: { 201: ProjectRef } },
      },
      async (request, reply) => {
        const { name, status } = request.body;
        const { rows } = await pool.query({ ...INSERT, values: [name, status, 'anonymous'] });
        return reply.code(201).send(rows[0]);
      },
    );
  },
};

const config = loadConfig();
const database = openDatabase(config.DATABASE_URL ?? '', config);
const build = { name: 'raw', version: '0', commit: 'unknown', buildDate: 'unknown' };
const app = await buildApp({ config, database, build, features: [raw] });
const address = await app.listen({ host: '127.0.0.1', port: config.PORT });
process.stdout.write(`listening at ${address}\n`);
