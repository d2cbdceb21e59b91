import type { FastifyReply, FastifyRequest } from 'fastify';
import { nextLink } from '../contract/links.js';
import type { Page } from '../contract/page.js';

/** What the handler of a list returns: the items. If there is another page, `Link` names it. */
export function sendPage<Item>(
  { url }: FastifyRequest,
  reply: FastifyReply,
  { items, next }: Page<Item>,
): Item[] {
  if (next !== undefined) reply.header('link', nextLink(url, next));
  return items;
}
