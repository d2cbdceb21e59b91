import { Type } from '@sinclair/typebox';
import Fastify from 'fastify';
import fp from 'fastify-plugin';
import { expect, it, onTestFinished } from 'vitest';
import { projectId } from '../../src/contract/schemas.js';
import projectKeys from '../../src/platform/project-keys.js';
import { compilersFactory } from '../../src/platform/validation.js';

/** A route that answers with what it got, and the keys that were looked for. */
async function route() {
  const asked: string[][] = [];
  const app = Fastify({ schemaController: { compilersFactory: compilersFactory() } });
  onTestFinished(() => app.close());
  await app.register(fp(async () => undefined, { name: 'auth' }));
  await app.register(projectKeys, {
    find: async (_context, keys) => {
      asked.push([...keys]);
      return new Map([['shop', 2]]);
    },
  });
  const params = Type.Object({ id: projectId, name: Type.String() });
  const querystring = Type.Object({ project: Type.Optional(projectId) });
  const body = Type.Object({
    projectId: Type.Optional(Type.Integer()),
    projects: Type.Optional(Type.Array(Type.Integer(), { uniqueItems: true })),
  });
  app.post('/:id/:name', { schema: { params, querystring, body } }, async (request) => [
    request.params,
    request.query,
    request.body,
  ]);
  return {
    asked,
    send: (url: string, payload: object) => app.inject({ method: 'POST', url, payload }),
  };
}

it('asks nothing for a request without a key', async () => {
  const { asked, send } = await route();
  const response = await send('/1/shop?project=3', { projectId: 4, projects: [5] });
  expect(response.json()).toEqual([
    { id: 1, name: 'shop' },
    { project: 3 },
    { projectId: 4, projects: [5] },
  ]);
  expect(asked).toEqual([]);
});

it('asks once for all keys of a request, and leaves other texts alone', async () => {
  const { asked, send } = await route();
  const response = await send('/shop/desk?project=other', {
    projectId: 'shop',
    projects: [1, 'shop'],
  });
  expect(response.json()).toEqual([
    { id: 2, name: 'desk' },
    { project: 2_147_483_647 },
    { projectId: 2, projects: [1, 2] },
  ]);
  expect(asked).toEqual([['shop', 'other']]);
});

it('refuses what is neither an id nor a key, the same project twice, and too many keys', async () => {
  const { asked, send } = await route();
  const many = Array.from({ length: 101 }, (_, index) => `key-${index}`);
  for (const [url, body] of [
    ['/Shop/a', {}],
    ['/1/a?project=0x1', {}],
    ['/1/a?project=shop&project=shop', {}],
    ['/1/a', { projectId: '7' }],
    ['/1/a', { projects: ['shop', 2] }],
    ['/1/a', { projects: many }],
    ['/1/a', { projects: { 0: 'shop' } }],
  ] as const) {
    expect((await send(url, body)).statusCode, `${url} ${JSON.stringify(body)}`).toBe(400);
  }
  expect(Math.max(...asked.map(({ length }) => length))).toBeLessThanOrEqual(100);
});
