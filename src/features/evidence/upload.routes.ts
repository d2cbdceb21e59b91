import type { IncomingMessage } from 'node:http';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { linksToId } from '../../contract/links.js';
import { located } from '../../contract/schemas.js';
import { ownerOf } from '../../platform/owner.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import { fairShare } from '../../shared/fair-share.js';
import { isUuid } from '../../shared/text.js';
import { ReleaseParams } from '../releases/index.js';
import { MAX_DOCUMENT, type ReceivedDocument, receive } from './body.js';
import { ReceivedEvidenceRef, UploadQuery, uploadBody } from './upload.schemas.js';
import type { FoundTarget, UploadsService } from './uploads.service.js';

/** State of an upload. Each hook adds its result. */
interface UploadState {
  /** Aborted when the request has ended: after its answer, or when the client disconnects before it. */
  readonly ended: AbortSignal;
  target?: FoundTarget;
  received?: ReceivedDocument;
}

declare module 'fastify' {
  interface FastifyRequest {
    upload?: UploadState;
  }
}

/**
 * Bytes of documents in memory: of all callers, and of one. The wait is shorter than usual timeouts of clients. Two
 * callers can hold all of it, so documents that arrive slowly are given up when somebody else has waited for 5 s.
 */
const MEMORY = {
  total: 64 * 1024 * 1024,
  each: MAX_DOCUMENT,
  timeoutMs: 20_000,
  patienceMs: 5000,
};

/** The digest in the query, if it is valid. Schema validation rejects other values after the body is read. */
function artifactOf({ query }: FastifyRequest): string | undefined {
  const { artifact } = query as { artifact?: unknown };
  return typeof artifact === 'string' && /^[0-9a-f]{64}$/i.test(artifact) ? artifact : undefined;
}

/** The upload route. It has its own plugin, because it accepts other media types and sizes than the other routes. */
export const uploadRoutes: FastifyPluginAsyncTypebox<{ uploads: UploadsService }> = async (
  app,
  { uploads },
) => {
  const memory = fairShare({ ...MEMORY, busy: 'Too many documents are being received' });
  app.removeAllContentTypeParsers();
  app.decorateRequest('upload');
  app.addHook('onRequest', async (request, { raw }) => {
    const aborter = new AbortController();
    request.upload = { ended: aborter.signal };
    // Emitted after an answer, and also when the client disconnects without waiting for one.
    raw.once('close', () => aborter.abort());
  });
  // Runs before the body is read, so that a missing target reserves no memory.
  app.addHook('preParsing', async (request) => {
    const { callContext, params, upload } = request;
    const { id } = params as { id: string };
    if (!isUuid(id)) throw invalidAt('path', '/id', 'must be a uuid');
    if (upload) upload.target = await uploads.target(callContext, id, artifactOf(request));
  });
  const receiveBody = async (request: FastifyRequest, body: IncomingMessage) => {
    const { upload, headers } = request;
    if (!upload) throw new Error('the onRequest hook did not run');
    const reception = { memory, owner: ownerOf(request), signal: upload.ended };
    upload.received = await receive(headers, body, reception);
    // `Idempotency-Key` compares requests by this digest.
    request.bodyDigest = upload.received.sha256;
    return upload.received;
  };
  app.addContentTypeParser('*', receiveBody);

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
          'subject-mismatch',
          'evidence-retracted',
        ],
      },
      links: linksToId('getEvidence', 'getDocument', 'retractEvidence'),
      schema: {
        operationId: 'uploadEvidence',
        summary: 'Upload evidence',
        description: [
          "Stores the tool's own output, sent as the body, plain or compressed with gzip.",
          'Limits: 32 MiB after decompression, 200,000 findings or components, 100 levels.',
          'The server parses the document before it answers.',
          'It stores the document with all its contents, or nothing.',
          'If the same document already counts, the answer is 200 with the existing evidence,',
          'and its `lastReceivedAt` is updated.',
          'A document with a label supersedes current evidence of the same kind, label and artifact,',
          'if it replaces it: it is about all that the other is about, looked for all that the other found,',
          'and is not older: `supersedes`. Otherwise both count: `warnings`.',
          'A document without a label supersedes nothing.',
          'The same document with the same kind, label and artifact as retracted evidence is refused,',
          'unless the caller has `evidence:retract`.',
          'Claims (VEX statements, suppressions) take effect only if the caller also has `vex:write`.',
        ].join(' '),
        params: ReleaseParams,
        querystring: UploadQuery,
        body: uploadBody,
        response: {
          200: located(
            ReceivedEvidenceRef,
            'The same document already counts, and was received again',
          ),
          201: located(
            ReceivedEvidenceRef,
            'The evidence was created. Its summary has the contents of the document in numbers',
          ),
        },
      },
    },
    async (request, reply) => {
      const { callContext, query, upload: { ended, target, received } = {} } = request;
      if (!ended || !target || !received) {
        throw new AppError('malformed-request', 'The body is empty. Send the document as the body');
      }
      const waiting = { owner: ownerOf(request), signal: ended };
      const upload = await uploads.read(callContext, target, query, received, waiting);
      try {
        return await app.createOnce(request, reply, async (context) => {
          const stored = await uploads.store(context, upload);
          return {
            status: stored.created ? 201 : 200,
            headers: { location: `/evidence/${stored.evidence.id}` },
            body: stored.evidence,
          };
        });
      } finally {
        upload.document.close();
      }
    },
  );
};
