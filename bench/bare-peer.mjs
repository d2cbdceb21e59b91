// Fastify and pg alone, without the platform's validation, metrics, headers, limits and log. The difference is the
// cost of the platform.
import Fastify from 'fastify';
import pg from 'pg';
import { COLUMNS } from './columns.mjs';

const text = { type: 'string' };
const nullable = { type: ['string', 'null'] };
const project = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    name: text,
    status: text,
    description: nullable,
    createdAt: { type: 'string', format: 'date-time' },
    updatedAt: { type: 'string', format: 'date-time' },
    createdBy: nullable,
    updatedBy: nullable,
  },
};

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const app = Fastify();
const GET = { name: 'get', text: `SELECT ${COLUMNS} FROM projects WHERE id = $1` };
const LIST = { name: 'list', text: `SELECT ${COLUMNS} FROM projects ORDER BY id LIMIT $1` };
const INSERT = {
  name: 'insert',
  text: `INSERT INTO projects (name, status) VALUES ($1, $2) RETURNING ${COLUMNS}`,
};

app.get('/health', () => ({ status: 'ok' }));
app.get('/projects/:id', { schema: { response: { 200: project } } }, async (request) => {
  const { rows } = await pool.query({ ...GET, values: [Number(request.params.id)] });
  return rows[0];
});
app.get(
  '/projects',
  { schema: { response: { 200: { type: 'array', items: project } } } },
  async (request) => {
    const { rows } = await pool.query({ ...LIST, values: [Number(request.query.limit)] });
    return rows;
  },
);
app.post('/projects', { schema: { response: { 201: project } } }, async (request, reply) => {
  const { name, status = 'planned' } = request.body;
  const { rows } = await pool.query({ ...INSERT, values: [name, status] });
  return reply.code(201).send(rows[0]);
});

const address = await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
process.stdout.write(`listening at ${address}\n`);
