import type { IncomingMessage } from 'node:http';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { ANONYMOUS } from '../../access/caller.js';
import { linksToId } from '../../contract/links.js';
import { located } from '../../contract/schemas.js';
import { AppError, invalid } from '../../shared/app-error.js';
import { fairShare } from '../../shared/fair-share.js';
import { isUuid } from '../../shared/text.js';
import { ReleaseParams } from '../releases/index.js';
import { MAX_DOCUMENT, type ReceivedDocument, receive } from './body.js';
import { EvidenceRef, UploadQuery, uploadBody } from './evidence.schemas.js';
import type { EvidenceService } from './evidence.service.js';
import { UPLOAD_TIMEOUT_MS, type UploadTarget } from './upload.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Is aborted when the client leaves before it has its answer. */
    clientLeft?: AbortSignal;
    /** The release that a document is for. */
    uploadTo?: UploadTarget;
  }
}

/** Bytes of documents at one time, and of one caller; and how long one waits for room: less than clients do. */
const MEMORY = { total: 64 * 1024 * 1024, each: MAX_DOCUMENT, timeoutMs: 20_000 };

/** Whoever sent it, where callers are told apart. */
const ownerOf = ({ callContext, ip }: FastifyRequest) =>
  callContext.caller === ANONYMOUS ? ip : callContext.caller.credential;

/** The upload, apart from all other routes: it takes bodies of its own kind and size. */
export const uploadRoutes: FastifyPluginAsyncTypebox<{ evidence: EvidenceService }> = async (
  app,
  { evidence },
) => {
  const memory = fairShare({ ...MEMORY, busy: 'Too many documents are being received' });
  app.removeAllContentTypeParsers();
  app.decorateRequest('clientLeft');
  app.decorateRequest('uploadTo');
  app.addHook('onRequest', async (request, { raw }) => {
    const left = new AbortController();
    request.clientLeft = left.signal;
    // Comes after an answer, too, and is the only thing that comes when the client does not wait for one.
    raw.once('close', () => {
      left.abort();
      (request.body as ReceivedDocument | undefined)?.release();
    });
  });
  // Before a byte of the body is taken in: for what is not there no room is taken.
  app.addHook('preParsing', async (request) => {
    const { callContext, params } = request;
    const { id } = params as { id: string };
    if (!isUuid(id)) throw invalid([{ in: 'path', pointer: '/id', message: 'must be a uuid' }]);
    request.uploadTo = await evidence.release(callContext, id);
  });
  const take = async (request: FastifyRequest, body: IncomingMessage) => {
    const owner = ownerOf(request);
    const signal = request.clientLeft ?? new AbortController().signal;
    const received = await receive(request.headers, body, { memory, owner, signal });
    // For `Idempotency-Key`: what makes two requests the same.
    request.bodyDigest = received.sha256;
    return received;
  };
  app.addContentTypeParser('*', take);

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
        summary: 'Upload evidence',
        description:
          "The tool's own output as the body, as it is or compressed with gzip: at most 32 MiB after decompression, 200,000 findings or components, 100 levels. It is read while you wait, and stored with all that it says, or not at all. The same document again, while it counts: 200 and the same evidence, received once more. With a label it supersedes the one before of its kind, label and artifact; without one nothing is superseded. What it says does not count (VEX, suppressions) has an effect only from callers that also have `vex:write`.",
        params: ReleaseParams,
        querystring: UploadQuery,
        body: uploadBody,
        response: {
          200: located(
            EvidenceRef,
            'The same document was there, and counts: it was received again',
          ),
          201: located(EvidenceRef, 'The evidence, and what the document says in numbers'),
        },
      },
    },
    async (request, reply) => {
      const { callContext, uploadTo, query, clientLeft: signal } = request;
      if (!uploadTo || request.body === undefined) {
        throw new AppError('malformed-request', 'Send the document as the body');
      }
      const received = { ...(request.body as ReceivedDocument), owner: ownerOf(request), signal };
      const upload = await evidence.read(callContext, uploadTo, query, received);
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
