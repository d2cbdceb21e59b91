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

/** Does `If-None-Match` (RFC 9110, section 13.1.2) name this digest? */
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
        description:
          'The newest first, also what does not count any more: it was superseded, or retracted.',
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
        description: 'What it is, what it says in numbers, and whether it counts.',
        params: EvidenceParams,
        response: { 200: answer(EvidenceRef, 'The evidence') },
      },
    },
    ({ callContext, params }) => evidence.get(callContext, params.id),
  );

  app.get(
    '/evidence/:id/document',
    {
      config: { scope: 'evidence:read', conditional: 'read', problems: ['evidence-not-found'] },
      schema: {
        operationId: 'getDocument',
        summary: 'Download the document',
        description:
          'As it was received, but for secrets, which are masked. Its entity tag is the SHA-256 digest of these bytes.',
        params: EvidenceParams,
        response: {
          200: {
            description: 'The document, with the media type that it was sent with',
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
        description:
          'For a document that was uploaded wrongly. It does not count any more, and stays readable with the reason. There is no way back; what it superseded stays superseded. Retracting again for the same reason changes nothing.',
        params: EvidenceParams,
        body: RetractEvidenceRef,
        response: { 200: answer(EvidenceRef, 'The evidence as it is now') },
      },
    },
    ({ callContext, params, body }) => evidence.retract(callContext, params.id, body.reason),
  );
};
