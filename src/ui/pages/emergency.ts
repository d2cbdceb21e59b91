import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { resourceName } from '../../contract/resource-name.js';
import { AppError } from '../../shared/app-error.js';
import { getPage, postForm } from '../route.js';
import { en } from '../texts/en.js';
import type { Tools } from '../tools.js';

const params = Type.Object({ name: resourceName('Name of the environment', 'production') });

/** Forms of an environment: ask for a rollback, and find the release for a break-glass. */
export function emergencyPages(app: FastifyInstance, { services }: Tools): void {
  postForm(app, '/environments/:name/rollback', { params }, async (visit, { release = '' }) => {
    const { context, waiting } = visit;
    const { name } = visit.params;
    const verdict = await services.askRollback(context, release, name, waiting);
    // A decision whose rules ran out of time is not stored. The release says what denies it.
    return verdict === undefined
      ? `/ui/releases/${release}?environment=${name}`
      : `/ui/verdicts/${verdict}?asked=rollback`;
  });

  const query = Type.Object({
    project: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
    version: Type.String({ minLength: 1, maxLength: 128 }),
  });
  getPage(app, '/environments/:name/break-glass', { params, query }, async (visit) => {
    const { context, reply } = visit;
    const { project, version } = visit.query;
    const asked = { limit: 1, state: 'all', version: version.trim() } as const;
    const [found] = (await services.listReleases(context, project, asked)).items;
    if (!found) throw new AppError('release-not-found', en.glass.noVersion(version.trim()));
    const { name } = visit.params;
    await reply.redirect(`/ui/releases/${found.id}/break-glass?environment=${name}`, 303);
    return undefined;
  });
}
