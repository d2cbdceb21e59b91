import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { answer } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import { ReleaseParams } from '../releases/index.js';
import {
  EvidenceParams,
  EvidenceRef,
  ListEvidenceQuery,
  RetractEvidenceRef,
} from './evidence.schemas.js';
import type { EvidenceService } from './evidence.service.js';

/** Whether `If-None-Match` (RFC 9110, section 13.1.2) names this digest. */
function namesDigest(ifNoneMatch: string | undefined, sha256: string): boolean {
  return (
    ifNoneMatch !== undefined && (ifNoneMatch.trim() === '*' || ifNoneMatch.includes(`"${sha256}"`))
  );
}

export const evidenceRoutes: FastifyPluginAsyncTypebox<{ evidence: EvidenceService }> = async (
  app,
  { evidence },
) => {
  app.get(
    '/releases/:id/evidence',
    {
      config: { scope: 'evidence:read', problems: ['release-not-found'] },
      schema: {
        operationId: 'listEvidence',
        summary: 'List the evidence of a release',
        description: 'Lists evidence, newest first. Superseded and retracted evidence is included.',
        params: ReleaseParams,
        querystring: ListEvidenceQuery,
        response: {
          200: answer(Type.Array(EvidenceRef), 'The evidence of this page'),
        },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await evidence.list(request.callContext, request.params.id, request.query),
      ),
  );

  app.get(
    '/evidence/:id',
    {
      config: { scope: 'evidence:read', problems: ['evidence-not-found'] },
      schema: {
        operationId: 'getEvidence',
        summary: 'Get evidence',
        description: 'Returns the metadata, the summary in numbers and the status of the evidence.',
        params: EvidenceParams,
        response: { 200: answer(EvidenceRef, 'The evidence') },
      },
    },
    ({ callContext, params }) => evidence.get(callContext, params.id),
  );

  app.get(
    '/evidence/:id/document',
    {
      config: {
        scope: 'evidence:read',
        conditional: 'read',
        problems: ['evidence-not-found', 'document-removed'],
      },
      schema: {
        operationId: 'getDocument',
        summary: 'Download the document',
        description: [
          'Returns the document as it was received, except that secrets are masked.',
          'The entity tag is the SHA-256 digest of the returned bytes.',
          'The answer is 410 after retention removed the bytes.',
        ].join(' '),
        params: EvidenceParams,
        response: {
          200: {
            description: 'The document, with the media type of its upload',
            content: {
              'application/*': { schema: Type.Unsafe({}) },
              'text/*': { schema: Type.Unsafe({}) },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const file = await evidence.document(request.callContext, request.params.id);
      reply.header('etag', `"${file.sha256}"`);
      if (namesDigest(request.headers['if-none-match'], file.sha256)) {
        return (reply as FastifyReply).code(304).send();
      }
      reply
        .type(file.mediaType)
        .header('content-length', file.size)
        .header('content-disposition', `attachment; filename="${file.fileName}"`);
      const packed = Readable.from(file.pieces(), { objectMode: false });
      const document = createGunzip();
      packed.once('error', (error) => document.destroy(error));
      document.once('close', () => packed.destroy());
      return (reply as FastifyReply).send(packed.pipe(document));
    },
  );

  app.post(
    '/evidence/:id/retract',
    {
      config: {
        scope: 'evidence:retract',
        problems: ['evidence-not-found', 'evidence-retracted'],
      },
      schema: {
        operationId: 'retractEvidence',
        summary: 'Retract evidence',
        description: [
          'Retracts evidence that was uploaded by mistake. This cannot be undone.',
          'Retracted evidence does not count, and stays readable with the reason.',
          'Evidence that it superseded stays superseded.',
          'Repeating the call with the same reason has no effect.',
          'If claims of the evidence take effect, the caller also needs `vex:write`.',
        ].join(' '),
        params: EvidenceParams,
        body: RetractEvidenceRef,
        response: { 200: answer(EvidenceRef, 'The retracted evidence') },
      },
    },
    ({ callContext, params, body }) => evidence.retract(callContext, params.id, body.reason),
  );
};
