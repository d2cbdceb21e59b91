import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { ReleaseParams } from '../releases/index.js';
import { AuditPackQuery } from './attestations.schemas.js';
import type { PackService } from './pack.service.js';

export const packRoutes: FastifyPluginAsyncTypebox<{ packs: PackService }> = async (
  app,
  { packs },
) => {
  app.get(
    '/releases/:id/audit-pack',
    {
      config: {
        scope: 'audit:read',
        problems: [
          'release-not-found',
          'environment-not-found',
          'not-in-log',
          'document-removed',
          'log-off',
          'log-not-signed',
          'log-behind',
        ],
      },
      schema: {
        operationId: 'getAuditPack',
        summary: 'Download the audit pack of a release',
        description: [
          'Returns a tar archive with all that is recorded about the release: the entries of the log with proofs,',
          'verdicts, signed statements, policies, waivers, deployments, evidence and its documents,',
          'and a program that verifies all of it offline: `node verify.mjs pack.tar`.',
          'Without `size`, the log records that the pack was issued, and ends with that.',
          'With `size`, the archive is the same each time.',
          'An archive that does not end with `manifest.json` was cut: ask again.',
        ].join(' '),
        params: ReleaseParams,
        querystring: AuditPackQuery,
        response: {
          200: {
            description: 'The archive',
            content: {
              'application/x-tar': { schema: Type.Unsafe({ type: 'string', format: 'binary' }) },
            },
          },
        },
      },
    },
    async ({ callContext, params, query }, reply) => {
      const { fileName, content } = await packs.create(callContext, params.id, query);
      return (reply as FastifyReply)
        .type('application/x-tar')
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .send(Readable.from(content, { objectMode: false }));
    },
  );
};
