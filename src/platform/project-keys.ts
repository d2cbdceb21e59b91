import type { FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import type { CallContext } from '../database/context.js';
import { isProjectKey } from '../shared/project-key.js';

/** Finds the ids of projects by their keys. */
export type FindProjects = (
  context: CallContext,
  keys: readonly string[],
) => Promise<ReadonlyMap<string, number>>;

/** The last id that the column can have. No project has it, so an unknown key gets the answer for an unknown id. */
const NO_PROJECT = 2_147_483_647;

/** Keys of one request. What is beyond is refused, as a text where an id must be. */
const MAX_KEYS = 100;

type Values = Record<string, unknown>;

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The parameters of a schema that are ids of projects. */
function projectsOf(schema: unknown): string[] {
  const properties = isValues(schema) && isValues(schema.properties) ? schema.properties : {};
  return Object.entries(properties).flatMap(([name, property]) =>
    isValues(property) && property['x-project-id'] === true ? [name] : [],
  );
}

/** A place of a request that has a key instead of an id. */
interface Found {
  readonly key: string;
  readonly put: (id: number) => void;
}

function foundIn(values: unknown, names: readonly string[]): Found[] {
  if (!isValues(values)) return [];
  return names.flatMap((name) => {
    const value = values[name];
    if (!isProjectKey(value)) return [];
    const put = (id: number) => {
      values[name] = id;
    };
    return [{ key: value, put }];
  });
}

/** `projectId` and `projects` of a body. */
function foundInBody(body: unknown): Found[] {
  if (!isValues(body)) return [];
  const items: unknown[] = Array.isArray(body.projects) ? body.projects : [];
  const inList = items.flatMap((value, index): Found[] => {
    if (!isProjectKey(value)) return [];
    const put = (id: number) => {
      items[index] = id;
    };
    return [{ key: value, put }];
  });
  return [...foundIn(body, ['projectId']), ...inList];
}

/**
 * Lets a request name a project by its key wherever it can by its id: in the path, the query, and `projectId` and
 * `projects` of a body. It replaces the key before validation. A request without a key costs no query. Whether the
 * caller reaches the project is checked afterwards, by its id.
 */
export default fp<{ find: FindProjects }>(
  async (app, { find }) => {
    app.addHook('onRoute', (route: RouteOptions) => {
      const { params, querystring, body } = route.schema ?? {};
      const inParams = projectsOf(params);
      const inQuery = projectsOf(querystring);
      if (inParams.length + inQuery.length === 0 && body === undefined) return;
      const resolve = async (request: FastifyRequest) => {
        const found = [
          ...foundIn(request.params, inParams),
          ...foundIn(request.query, inQuery),
          ...(body === undefined ? [] : foundInBody(request.body)),
        ].slice(0, MAX_KEYS);
        if (found.length === 0) return;
        const ids = await find(request.callContext, [...new Set(found.map(({ key }) => key))]);
        for (const { key, put } of found) put(ids.get(key) ?? NO_PROJECT);
      };
      route.preValidation = [resolve, ...[route.preValidation ?? []].flat()];
    });
  },
  { name: 'project-keys', dependencies: ['auth'], fastify: '5.x' },
);
