import type { IncomingMessage } from 'node:http';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../shared/app-error.js';
import { linksToId } from '../../shared/links.js';
import { answer, headers } from '../../shared/schemas.js';
import { ReleaseParams } from '../releases/index.js';
import { MAX_DOCUMENT, type ReceivedDocument, receive } from './body.js';
import { EvidenceRef, UploadQuery, uploadBody } from './evidence.schemas.js';
import type { EvidenceService } from './evidence.service.js';
import { memoryBudget } from './memory-budget.js';
import { UPLOAD_TIMEOUT_MS } from './upload.js';

/** Bytes of documents at one time, and how long one waits for room: less than clients do. */
const BUDGET = 64 * 1024 * 1024;
const WAIT_MS = 20_000;

/** The upload, apart from all other routes: it takes bodies of its own kind and size. */
export const uploadRoutes: FastifyPluginAsyncTypebox<{ evidence: EvidenceService }> = async (
  app,
  { evidence },
) => {
  const budget = memoryBudget(BUDGET, WAIT_MS);
  app.removeAllContentTypeParsers();
  const take = async (request: FastifyRequest, body: IncomingMessage) => {
    const received = await receive(request.headers, body, budget);
    // For `Idempotency-Key`: what makes two requests the same.
    request.bodyDigest = received.sha256;
    return received;
  };
  app.addContentTypeParser('*', take);
  // Also of a request that is refused between its body and its handler.
  app.addHook('onResponse', async ({ body }) => (body as ReceivedDocument | undefined)?.release());

  app.post(
    '',
    {
      bodyLimit: MAX_DOCUMENT,
      config: {
        scope: 'evidence:write',
        idempotent: true,
        problems: [
          'malformed-request',
          'release-not-found',
          'artifact-not-found',
          'document-unrecognized',
          'document-invalid',
        ],
      },
      links: linksToId('getEvidence', 'getDocument', 'retractEvidence'),
      schema: {
        operationId: 'uploadEvidence',
        tags: ['evidence'],
        summary: 'Upload evidence',
        description:
          "The tool's own output as the body, as it is or compressed with gzip: at most 32 MiB after decompression, 200,000 findings or components, 100 levels. It is read while you wait, and stored with all that it says, or not at all. The same document again, while it counts: 200 and the same evidence, received once more. With a label it supersedes the one before of its kind, label and artifact; without one nothing is superseded. What it says does not count (VEX, suppressions) has an effect only from callers that also have `vex:write`.",
        params: ReleaseParams,
        querystring: UploadQuery,
        body: uploadBody,
        response: {
          200: answer(
            EvidenceRef,
            'The same document was there, and counts: it was received again',
            headers('Location', 'Idempotency-Replayed'),
          ),
          201: answer(
            EvidenceRef,
            'The evidence, and what the document says in numbers',
            headers('Location', 'Idempotency-Replayed'),
          ),
        },
      },
    },
    async (request, reply) => {
      const { callContext, params, query } = request;
      const received = request.body as ReceivedDocument | undefined;
      // Without body and media type no parser was asked.
      if (!received) throw new AppError('malformed-request', 'Send the document as the body');
      const upload = await evidence.read(callContext, params.id, query, received);
      try {
        return await app.createOnce(
          request,
          reply,
          async (context) => {
            const stored = await evidence.store(context, upload);
            return {
              status: stored.created ? 201 : 200,
              headers: { location: `/evidence/${stored.evidence.id}` },
              body: stored.evidence,
            };
          },
          { timeoutMs: UPLOAD_TIMEOUT_MS },
        );
      } finally {
        upload.document.close();
      }
    },
  );
};
