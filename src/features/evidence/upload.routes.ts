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
import type { UploadsService, UploadTarget } from './uploads.service.js';

/** An upload on its way through the hooks: each adds what it finds out. */
interface UploadUnderway {
  /** Aborted when the client leaves before it has its answer. */
  readonly left: AbortSignal;
  target?: UploadTarget;
  received?: ReceivedDocument;
}

declare module 'fastify' {
  interface FastifyRequest {
    upload?: UploadUnderway;
  }
}

/** Bytes of documents at one time, and of one caller; and how long one waits for room: less than clients do. */
const MEMORY = { total: 64 * 1024 * 1024, each: MAX_DOCUMENT, timeoutMs: 20_000 };

/** Whoever sent it, where callers are told apart. */
const ownerOf = ({ callContext, ip }: FastifyRequest) =>
  callContext.caller === ANONYMOUS ? ip : callContext.caller.credential;

/** The digest in the query, if it is one. The schema refuses anything else when the body has come. */
function artifactOf({ query }: FastifyRequest): string | undefined {
  const { artifact } = query as { artifact?: unknown };
  return typeof artifact === 'string' && /^[0-9a-f]{64}$/i.test(artifact) ? artifact : undefined;
}

/** The upload, apart from all other routes: it takes bodies of its own kind and size. */
export const uploadRoutes: FastifyPluginAsyncTypebox<{ uploads: UploadsService }> = async (
  app,
  { uploads },
) => {
  const memory = fairShare({ ...MEMORY, busy: 'Too many documents are being received' });
  app.removeAllContentTypeParsers();
  app.decorateRequest('upload');
  app.addHook('onRequest', async (request, { raw }) => {
    const leaving = new AbortController();
    const upload: UploadUnderway = { left: leaving.signal };
    request.upload = upload;
    // Comes after an answer, too, and is the only thing that comes when the client does not wait for one.
    raw.once('close', () => {
      leaving.abort();
      upload.received?.free();
    });
  });
  // Before a byte of the body is taken in: for a target that does not exist no room is taken.
  app.addHook('preParsing', async (request) => {
    const { callContext, params, upload } = request;
    const { id } = params as { id: string };
    if (!isUuid(id)) throw invalid([{ in: 'path', pointer: '/id', message: 'must be a uuid' }]);
    if (upload) upload.target = await uploads.target(callContext, id, artifactOf(request));
  });
  const take = async (request: FastifyRequest, body: IncomingMessage) => {
    const { upload, headers } = request;
    if (!upload) throw new Error('onRequest has run before');
    const reception = { memory, owner: ownerOf(request), signal: upload.left };
    upload.received = await receive(headers, body, reception);
    // For `Idempotency-Key`: what makes two requests the same.
    request.bodyDigest = upload.received.sha256;
    return upload.received;
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
      const { callContext, query, upload: { left, target, received } = {} } = request;
      if (!left || !target || !received) {
        throw new AppError('malformed-request', 'Send the document as the body');
      }
      const waiting = { owner: ownerOf(request), signal: left };
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
