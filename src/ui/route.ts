import { type Static, type TObject, Type } from '@sinclair/typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { waitingOf } from '../platform/owner.js';
import { type Form, requireForm } from './forms.js';
import { sendPage, type Viewer, viewerOf } from './page.js';
import type { CallContext } from './tools.js';

const NOTHING = Type.Object({});

interface Parts<Params extends TObject, Query extends TObject> {
  readonly params?: Params;
  readonly query?: Query;
}

/** A request for a page. */
export interface Visit<Params, Query> {
  readonly context: CallContext;
  readonly viewer: Viewer;
  readonly waiting: ReturnType<typeof waitingOf>;
  readonly params: Params;
  readonly query: Query;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const visitOf = <Params, Query>(request: FastifyRequest, reply: FastifyReply) => ({
  context: request.callContext,
  viewer: viewerOf(request),
  waiting: waitingOf(request, reply),
  params: request.params as Params,
  query: request.query as Query,
  request,
  reply,
});

/** A page for every caller. Its services check the scopes. A handler that returns nothing has sent its answer. */
export function getPage<Params extends TObject = TObject, Query extends TObject = TObject>(
  app: FastifyInstance,
  url: string,
  { params, query }: Parts<Params, Query>,
  handler: (visit: Visit<Static<Params>, Static<Query>>) => Promise<VNode | undefined>,
): void {
  const schema = { hide: true, params: params ?? NOTHING, querystring: query ?? NOTHING };
  app.get(url, { config: { scope: 'caller', page: true }, schema }, async (request, reply) => {
    const page = await handler(visitOf<Static<Params>, Static<Query>>(request, reply));
    return page ? sendPage(reply, page) : reply;
  });
}

/** What a form does. @param handler returns the path of the page that follows. Nothing: it has sent its answer */
export function postForm<Params extends TObject = TObject>(
  app: FastifyInstance,
  url: string,
  { params }: Parts<Params, TObject>,
  handler: (visit: Visit<Static<Params>, unknown>, form: Form) => Promise<string | undefined>,
): void {
  const schema = { hide: true, params: params ?? NOTHING };
  app.post(url, { config: { scope: 'caller', page: true }, schema }, async (request, reply) => {
    const form = requireForm(request);
    const next = await handler(visitOf<Static<Params>, unknown>(request, reply), form);
    return next === undefined ? reply : reply.redirect(next, 303);
  });
}
