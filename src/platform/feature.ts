import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import type { Job } from '../jobs/job.js';

/** A feature, as the application registers it. */
export interface Feature {
  /** The OpenAPI tag of its operations. */
  readonly tag: { readonly name: string; readonly description: string };
  /** Registers its schemas and routes. */
  plugin(app: FastifyInstance, dependencies: { config: Config }): Promise<void>;
  /** Work that is not a request. The server runs it; `buildApp` does not. */
  readonly jobs?: readonly Job[];
}

/** A feature as a plugin. The OpenAPI document lists its operations under its tag. */
export function featurePlugin({ tag, plugin }: Feature): Feature['plugin'] {
  return async (app, dependencies) => {
    app.addHook('onRoute', (route) => {
      route.schema = { ...route.schema, tags: [tag.name] };
    });
    await plugin(app, dependencies);
  };
}
