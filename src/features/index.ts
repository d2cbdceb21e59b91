import { projects } from './projects/index.js';

/** Every feature, a line each; each is a Fastify plugin of its own. */
export const features = [projects];
