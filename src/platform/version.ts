import { Type } from '@sinclair/typebox';
import fp from 'fastify-plugin';
import type { BuildInfo } from '../config/build-info.js';

const Version = Type.Object(
  {
    name: Type.String({ description: 'Name of the server' }),
    version: Type.String({ description: 'Version of the server' }),
    commit: Type.String({ description: 'Git commit of the build' }),
    buildDate: Type.String({ description: 'Time of the build: ISO 8601, UTC' }),
    build_date: Type.String({ deprecated: true, description: 'Old name of `buildDate`' }),
  },
  {
    $id: 'Version',
    description: 'Version and build of the server',
    examples: [
      {
        name: 'secure-release-platform',
        version: '0.1.0',
        commit: '4f1c2d9a7c0b6a9e1d3f5a7b9c1e3d5f7a9b1c3d',
        buildDate: '2026-11-22T10:00:00.000Z',
        build_date: '2026-11-22T10:00:00.000Z',
      },
    ],
  },
);

export default fp<{ build: BuildInfo }>(
  async (app, { build }) => {
    app.addSchema(Version);
    app.get(
      '/version',
      {
        config: { scope: 'public' },
        schema: {
          operationId: 'getVersion',
          summary: 'Get the version',
          description: 'Returns the version, the commit and the time of the build.',
          response: { 200: Type.Ref('Version') },
        },
      },
      () => ({ ...build, build_date: build.buildDate }),
    );
  },
  { name: 'version', fastify: '5.x', dependencies: ['openapi'] },
);
