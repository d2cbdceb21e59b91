import type { FastifyReply, FastifyRequest } from 'fastify';
import { nextLink } from '../contract/links.js';
import type { Page } from '../contract/page.js';

/** Returns the items for the handler, and sets `Link` if there is another page. */
export function sendPage<Item>(
  { url }: FastifyRequest,
  reply: FastifyReply,
  { items, next }: Page<Item>,
): Item[] {
  if (next !== undefined) reply.header('link', nextLink(url, next));
  return items;
}
