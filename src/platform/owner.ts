import type { FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS } from '../access/caller.js';

/** Whose share of a limited resource a request uses: the caller's credential, or the address of an anonymous caller. */
export const ownerOf = ({ callContext, ip }: FastifyRequest): string =>
  callContext.caller === ANONYMOUS ? ip : callContext.caller.credential;

/** The owner of a request, and a signal that aborts when the request has ended, also without an answer. */
export function waitingOf(request: FastifyRequest, reply: FastifyReply) {
  const ended = new AbortController();
  reply.raw.once('close', () => ended.abort());
  return { owner: ownerOf(request), signal: ended.signal };
}
