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

/** The pages for people. */
const PAGES = '/ui';

const Index = Type.Object(
  {
    name: Type.String({ description: 'Name of the server' }),
    version: Type.String({ description: 'Version of the server' }),
    links: Type.Object(
      Object.fromEntries(Object.keys(LINKS).map((name) => [name, Type.String()])),
      { description: 'Paths on this server' },
    ),
  },
  {
    $id: 'Index',
    description: 'Name, version and links of the server',
    examples: [{ name: 'secure-release-platform', version: '0.1.0', links: LINKS }],
  },
);

/** The weight of a media type in `Accept`, from 0 to 1. Wildcards do not count. */
function weightOf(accept: string, mediaType: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = range.split(';').map((part) => part.trim());
    if (name !== mediaType) continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    return q === undefined ? 1 : Number(q.slice(2)) || 0;
  }
  return 0;
}

/** Browsers ask for HTML. Programs ask for JSON, or accept anything. */
function wantsPage(accept: string): boolean {
  const page = weightOf(accept, 'text/html');
  return page > 0 && page >= weightOf(accept, 'application/json');
}

/** `/`: the entry point for browsers and programs. */
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
          summary: 'Get name, version and links',
          description:
            'Returns name, version and links. Redirects a browser (`Accept: text/html`) to `/ui`.',
          response: {
            200: Type.Ref('Index'),
            302: Type.Null({ description: 'Redirect to `/ui` for a browser' }),
          },
        },
      },
      ({ headers }, reply) => {
        const vary = reply.getHeader('vary');
        reply.header('vary', vary === undefined ? 'Accept' : `${vary}, Accept`);
        if (wantsPage(headers.accept ?? '')) return reply.redirect(PAGES);
        return reply.send({ name, version, links: LINKS });
      },
    );
  },
  { name: 'root', fastify: '5.x', dependencies: ['openapi'] },
);
