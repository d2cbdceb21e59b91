import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { answer } from '../../contract/schemas.js';
import {
  ConsistencyQuery,
  LogConsistencyRef,
  LogKeysRef,
  LogParams,
  LogProofRef,
  LogTileParams,
  ProofQuery,
  TileParams,
} from './log.schemas.js';
import type { LogService } from './log.service.js';

interface Options {
  readonly log: LogService;
  readonly isPublic: boolean;
}

/** A checkpoint is superseded every second while something happens. */
const CHECKPOINT_AGE_S = 2;
const TILE_AGE_S = 31_536_000;

const text = (description: string) => ({
  200: { description, content: { 'text/plain': { schema: Type.String() } } },
});
const bytes = (description: string) => ({
  200: {
    description,
    content: {
      'application/octet-stream': {
        schema: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }),
      },
    },
  },
});

const CHECKPOINT = [
  'Returns the latest signed size and root of the log, as a signed note (C2SP tlog-checkpoint).',
  'A new one is signed within about a second of a change.',
].join(' ');
const TILE = [
  'Returns a tile of the tree, or an entry bundle below `entries/` (C2SP tlog-tiles).',
  'Partial tiles exist for the sizes of published checkpoints. An entry is the 32-byte commitment to an event.',
].join(' ');
const OLD =
  'Logs that ended, because the database was restored, keep their number and stay readable.';

/** The log as C2SP tlog-tiles has it, and proofs for those who do not want tiles. */
export const logRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { log, isPublic }) => {
  const scope = isPublic ? ('public' as const) : ('log:read' as const);
  const problems = ['log-off', 'log-not-signed', 'not-in-log', 'log-behind'] as const;
  const config = { scope, problems };

  // What does not exist yet may exist in a second.
  app.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode >= 400) reply.header('cache-control', 'no-store');
  });
  const cached = (reply: FastifyReply, seconds: number, more = '') =>
    reply.header('cache-control', `${isPublic ? 'public' : 'private'}, max-age=${seconds}${more}`);
  const sendNote = (reply: FastifyReply, note: string) =>
    cached(reply, CHECKPOINT_AGE_S).type('text/plain; charset=utf-8').send(note);
  const sendTile = (reply: FastifyReply, tile: Buffer) =>
    cached(reply, TILE_AGE_S, ', immutable').type('application/octet-stream').send(tile);

  app.get(
    '/checkpoint',
    {
      config,
      schema: {
        operationId: 'getCheckpoint',
        summary: 'Get the latest checkpoint',
        description: CHECKPOINT,
        response: text('The checkpoint'),
      },
    },
    async (_request, reply) => sendNote(reply, await log.checkpoint()),
  );

  app.get(
    '/tile/*',
    {
      config,
      schema: {
        operationId: 'getTile',
        summary: 'Get a tile or entries',
        description: TILE,
        params: TileParams,
        response: bytes('The hashes of the tile, or the entries'),
      },
    },
    async ({ params }, reply) => sendTile(reply, await log.tile(params['*'])),
  );

  app.get(
    '/:log/checkpoint',
    {
      config,
      schema: {
        operationId: 'getCheckpointOfLog',
        summary: 'Get the latest checkpoint of one log',
        description: `${CHECKPOINT} ${OLD}`,
        params: LogParams,
        response: text('The checkpoint'),
      },
    },
    async ({ params }, reply) => sendNote(reply, await log.checkpoint(params.log)),
  );

  app.get(
    '/:log/tile/*',
    {
      config,
      schema: {
        operationId: 'getTileOfLog',
        summary: 'Get a tile or entries of one log',
        description: `${TILE} ${OLD}`,
        params: LogTileParams,
        response: bytes('The hashes of the tile, or the entries'),
      },
    },
    async ({ params }, reply) => sendTile(reply, await log.tile(params['*'], params.log)),
  );

  app.get(
    '/keys',
    {
      config: { scope, problems: ['log-off'] },
      schema: {
        operationId: 'getLogKeys',
        summary: 'Get the public keys',
        description:
          'Returns the keys that verify checkpoints and verdicts, also those of earlier times.',
        response: { 200: answer(LogKeysRef, 'The public keys') },
      },
    },
    async (_request, reply) => {
      cached(reply, CHECKPOINT_AGE_S);
      return log.keys();
    },
  );

  app.get(
    '/proof',
    {
      config: { scope, problems: [...problems, 'event-not-found'] },
      schema: {
        operationId: 'getLogProof',
        summary: 'Get an inclusion proof',
        description: [
          'Returns the hashes that lead from an entry to the root of the tree.',
          'An event that has no index yet gets one first.',
          'The answer has no content of the event, which `GET /events/{id}` returns.',
        ].join(' '),
        querystring: ProofQuery,
        response: { 200: answer(LogProofRef, 'The proof') },
      },
    },
    ({ query }) => log.proof(query),
  );

  app.get(
    '/consistency',
    {
      config,
      schema: {
        operationId: 'getLogConsistency',
        summary: 'Get a consistency proof',
        description:
          'Returns the hashes that show that the tree of size `to` begins with the tree of size `from`.',
        querystring: ConsistencyQuery,
        response: { 200: answer(LogConsistencyRef, 'The proof') },
      },
    },
    ({ query }) => log.consistency(query),
  );
};
