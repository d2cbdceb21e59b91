import { Type } from '@sinclair/typebox';
import fp from 'fastify-plugin';
import type { BuildInfo } from '../config/build-info.js';

const LINKS = {
  docs: '/docs',
  openapi: '/openapi.json',
  health: '/health',
  readiness: '/health/ready',
  version: '/version',
  metrics: '/metrics',
  projects: '/projects',
  assert: '/assert',
} as const;

const Index = Type.Object(
  {
    name: Type.String(),
    version: Type.String({ description: "package.json's version" }),
    links: Type.Object(
      Object.fromEntries(Object.keys(LINKS).map((name) => [name, Type.String()])),
      { description: 'Where to go on, as paths on this server' },
    ),
  },
  {
    $id: 'Index',
    description: 'What answers here, and where to go on',
    examples: [{ name: 'secure-release-platform', version: '0.1.0', links: LINKS }],
  },
);

/** How much a caller wants a media type that it names, from 0 to 1. Wildcards count as not named. */
function weightOf(accept: string, mediaType: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = range.split(';').map((part) => part.trim());
    if (name !== mediaType) continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    return q === undefined ? 1 : Number(q.slice(2)) || 0;
  }
  return 0;
}

/** Browsers name HTML. Programs name JSON, or take anything. */
function wantsPage(accept: string): boolean {
  const page = weightOf(accept, 'text/html');
  return page > 0 && page >= weightOf(accept, 'application/json');
}

/** `/`: the way in, for a person and for a program. */
export default fp<{ build: BuildInfo }>(
  async (app, { build }) => {
    app.addSchema(Index);
    const { name, version } = build;
    app.get(
      '/',
      {
        config: { scope: 'public' },
        schema: {
          operationId: 'getIndex',
          tags: ['operations'],
          summary: 'Show the way in',
          description:
            'Name, version and links. A browser (`Accept: text/html`) is redirected to `/docs`.',
          response: {
            200: Type.Ref('Index'),
            302: Type.Null({ description: 'To `/docs`, for a browser' }),
          },
        },
      },
      ({ headers }, reply) => {
        const vary = reply.getHeader('vary');
        reply.header('vary', vary === undefined ? 'Accept' : `${vary}, Accept`);
        if (wantsPage(headers.accept ?? '')) return reply.redirect(LINKS.docs);
        return reply.send({ name, version, links: LINKS });
      },
    );
  },
  { name: 'root', fastify: '5.x', dependencies: ['openapi'] },
);
