import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import type { Database } from '../database/client.js';

/** What the application knows of a feature. */
export interface Feature {
  /** How the document calls its operations. */
  readonly tag: { readonly name: string; readonly description: string };
  /** Registers its schemas and routes. */
  plugin(app: FastifyInstance, dependencies: { config: Config; database: Database }): Promise<void>;
}
