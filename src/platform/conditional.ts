import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptedVersions, entityTag, namesTag } from '../contract/entity-tags.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The responses have an entity tag (RFC 9110, section 13). A read accepts `If-None-Match`, a change
     * `If-Match`, and a creation neither.
     */
    conditional?: 'read' | 'change' | 'create';
  }
}

/** A resource that counts its changes. Where `version` means something else, the counter is `revision`. */
type Counted = { readonly version: number } | { readonly revision: number };

const countOf = (resource: Counted) =>
  'revision' in resource ? resource.revision : resource.version;

/** Adds the entity tag of a resource to the response. */
export function tagged<Resource extends Counted>(
  reply: FastifyReply,
  resource: Resource,
): Resource {
  reply.header('etag', entityTag(countOf(resource)));
  return resource;
}

function unlessKnown<Resource>(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  resource: Resource,
  tag: string,
): Resource {
  const { 'if-none-match': known } = headers;
  reply.header('etag', tag);
  if (known === undefined || !namesTag(known, tag)) return resource;
  return reply.code(304).send() as unknown as Resource; // sent: the handler returns no body
}

/** Returns the value for the handler and sets the entity tag. A caller that has this version gets 304. */
export const versioned = <Resource extends Counted>(
  request: FastifyRequest,
  reply: FastifyReply,
  resource: Resource,
): Resource => unlessKnown(request, reply, resource, entityTag(countOf(resource)));

/** The same for an answer with parts that its version does not count. `If-Match` takes the tag for the version. */
export function versionedWhole<Resource extends Counted>(
  request: FastifyRequest,
  reply: FastifyReply,
  resource: Resource,
): Resource {
  const digest = createHash('sha256').update(JSON.stringify(resource)).digest('hex');
  return unlessKnown(request, reply, resource, entityTag(countOf(resource), digest.slice(0, 16)));
}

/** The versions that `If-Match` names. undefined: any version. */
export function expectedVersions({ headers }: FastifyRequest): number[] | undefined {
  const { 'if-match': tags } = headers;
  return tags === undefined ? undefined : acceptedVersions(tags);
}
