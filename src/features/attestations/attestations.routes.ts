import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { uuid } from '../../contract/schemas.js';
import { BUNDLE_MEDIA_TYPE, toBundle } from '../../security/signing/dsse.js';
import { ENVELOPE_MEDIA_TYPE } from '../../security/signing/statement.js';
import { AttestationQuery } from './attestations.schemas.js';
import type { AttestationsService } from './attestations.service.js';
import { VERDICT_TYPE, VerdictPredicate } from './verdict-predicate.js';

const VerdictParams = Type.Object({ id: uuid() });

const LOG_PROBLEMS = ['log-off', 'log-not-signed', 'log-behind'] as const;

/** What is signed is never changed. */
const FOREVER = 'private, max-age=31536000, immutable';

const json = (...mediaTypes: string[]) =>
  Object.fromEntries(mediaTypes.map((type) => [type, { schema: Type.Unsafe({ type: 'object' }) }]));

export const attestationsRoutes: FastifyPluginAsyncTypebox<{
  attestations: AttestationsService;
}> = async (app, { attestations }) => {
  app.get(
    '/verdicts/:id/attestation',
    {
      config: {
        scope: 'verdicts:read',
        problems: [
          'verdict-not-found',
          'artifact-not-found',
          'no-subject',
          'log-off',
          'log-not-signed',
        ],
      },
      schema: {
        operationId: 'getAttestation',
        summary: 'Get a signed statement about a verdict',
        description: [
          'Returns an in-toto statement in a DSSE envelope that other tools verify without this server:',
          'cosign, openssl, or anything that has the public key of `GET /log/keys`.',
          'It is signed when it is first asked for, and the same afterwards.',
        ].join(' '),
        params: VerdictParams,
        querystring: AttestationQuery,
        response: {
          200: {
            description: 'The envelope, or the bundle around it',
            content: json(ENVELOPE_MEDIA_TYPE, BUNDLE_MEDIA_TYPE),
          },
        },
      },
    },
    async ({ callContext, params, query }, reply) => {
      const { predicate, artifact, format } = query;
      const asked = { predicate, ...(artifact !== undefined && { artifact }) };
      const envelope = await attestations.get(callContext, params.id, asked);
      const isBundle = format === 'bundle';
      return (
        (reply as FastifyReply)
          .type(isBundle ? BUNDLE_MEDIA_TYPE : ENVELOPE_MEDIA_TYPE)
          .header('cache-control', FOREVER)
          // A text would get a charset, which the media type does not have.
          .send(Buffer.from(isBundle ? JSON.stringify(toBundle(JSON.parse(envelope))) : envelope))
      );
    },
  );

  app.get(
    '/verdicts/:id/proof',
    {
      config: { scope: 'verdicts:read', problems: ['verdict-not-found', ...LOG_PROBLEMS] },
      schema: {
        operationId: 'getVerdictProof',
        summary: 'Get the proof that the log has a verdict',
        description: [
          'Returns a proof (C2SP tlog-proof) with the signed checkpoint.',
          'Its extra data is JSON with the salt and the statement of the entry:',
          'the entry is the SHA-256 of the salt followed by the statement.',
          'A verdict that was decided a moment ago is taken into the log first, which can take up to 2 seconds.',
        ].join(' '),
        params: VerdictParams,
        response: {
          200: {
            description: 'The proof',
            content: { 'text/plain': { schema: Type.String() } },
          },
        },
      },
    },
    async ({ callContext, params }, reply) =>
      (reply as FastifyReply)
        .type('text/plain; charset=utf-8')
        .header('content-disposition', `attachment; filename="verdict-${params.id}.tlog-proof"`)
        .send(await attestations.proof(callContext, params.id)),
  );

  app.get(
    '/schemas/verdict/v1',
    {
      config: { scope: 'public' },
      schema: {
        operationId: 'getVerdictSchema',
        summary: 'Get the schema of the verdict predicate',
        description: `Returns the JSON Schema of the predicate \`${VERDICT_TYPE}\` in signed statements.`,
        response: {
          200: {
            description: 'The JSON Schema',
            content: json('application/schema+json'),
          },
        },
      },
    },
    (_request, reply) =>
      (reply as FastifyReply)
        .type('application/schema+json')
        .send(Buffer.from(JSON.stringify(VerdictPredicate))),
  );
};
