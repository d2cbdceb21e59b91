// A hand-written peer: the same platform, schemas and routes, with handlers that send named statements directly on
// pg's pool.
import { buildApp } from '../dist/app.js';
import { loadConfig } from '../dist/config/config.js';
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

const config = loadConfig();
const database = openDatabase(config.DATABASE_URL ?? '', config);

const GET = { name: 'get', text: `SELECT ${COLUMNS} FROM projects WHERE id = $1` };
const LIST = { name: 'list', text: `SELECT ${COLUMNS} FROM projects ORDER BY id LIMIT $1` };
const INSERT = {
  name: 'insert',
  text: `INSERT INTO projects (name, status, created_by, updated_by) VALUES ($1, $2, $3, $3)
         RETURNING ${COLUMNS}`,
};

const RECORD = {
  name: 'record',
  text: `INSERT INTO events (type, subject_kind, subject_id, project_id, actor, data)
         VALUES ('project.created', 'project', $1, $2, 'anonymous', '{}')`,
};

/** A row and its event, as every peer that records its changes stores them: BEGIN, INSERT, INSERT, COMMIT. */
async function inTransaction(pool, work) {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN READ WRITE; SET LOCAL srp.through = 'api'`);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } finally {
    client.release();
  }
}

/** @type {import('../dist/platform/feature.js').Feature} */
const raw = {
  tag: { name: 'projects', description: 'By hand' },
  async plugin(app) {
    const { pool } = database;
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
        const project = await inTransaction(pool, async (client) => {
          const { rows } = await client.query({ ...INSERT, values: [name, status, 'anonymous'] });
          await client.query({ ...RECORD, values: [String(rows[0].id), rows[0].id] });
          return rows[0];
        });
        return reply.code(201).send(project);
      },
    );
  },
};

const build = { name: 'raw', version: '0', commit: 'unknown', buildDate: 'unknown' };
const app = await buildApp({ config, database, build, features: [raw] });
const address = await app.listen({ host: '127.0.0.1', port: config.PORT });
process.stdout.write(`listening at ${address}\n`);
