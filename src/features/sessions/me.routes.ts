import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import type { SignInSettings } from '../../config/sign-in.js';
import { answer } from '../../contract/schemas.js';
import { cookiesOf } from '../../platform/session-cookie.js';
import { MeRef } from './sessions.schemas.js';
import type { sessionsService } from './sessions.service.js';

/** What a caller is to this server, and the end of a session. */
export const meRoutes: FastifyPluginAsyncTypebox<{
  sessions: typeof sessionsService;
  settings: SignInSettings | undefined;
}> = async (app, { sessions, settings }) => {
  const cookie = settings && cookiesOf(settings).session;

  app.get(
    '/me',
    {
      config: { scope: 'caller' },
      schema: {
        operationId: 'getMe',
        summary: 'Get the caller',
        description:
          'Returns who the caller is and what it may do. For a person who signed in, it also returns the anti-forgery token of the session.',
        response: { 200: answer(MeRef, 'The caller') },
      },
    },
    async ({ callContext: { caller }, session }, reply) => {
      const { subject, credential, person = false, via = null, groups = [], aliases = [] } = caller;
      const names = aliases.filter(({ until }) => until === null).map((alias) => alias.subject);
      reply.header('cache-control', 'no-store');
      return {
        subject,
        credential,
        person,
        via,
        groups: [...groups],
        otherNames: names.filter((name) => name !== subject),
        grants: caller.grants.map((grant) => ({ ...grant, scopes: [...grant.scopes] })),
        signedInAt: caller.signedInAt ?? null,
        sessionEndsAt: session?.expiresAt ?? null,
        antiForgeryToken: session?.antiForgeryToken ?? null,
      };
    },
  );

  app.post(
    '/sign-out',
    {
      config: { scope: 'caller', problems: ['identity-required'] },
      schema: {
        operationId: 'signOut',
        summary: 'Sign out',
        description:
          'Ends the session of the caller on every instance and removes its cookie. The session at the identity provider stays.',
        response: { 204: Type.Null({ description: 'The session was ended' }) },
      },
    },
    async (request, reply) => {
      await sessions.signOut(request.callContext, cookie?.read(request.headers));
      if (cookie) reply.header('set-cookie', cookie.removed);
      return reply.code(204).send(null);
    },
  );
};
