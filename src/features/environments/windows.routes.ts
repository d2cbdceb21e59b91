import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { answer, located } from '../../contract/schemas.js';
import { sendPage } from '../../platform/page.js';
import { EnvironmentParams } from './environments.schemas.js';
import {
  CreateEnvironmentWindowRef,
  EnvironmentWindowRef,
  ListWindowsQuery,
  WindowParams,
} from './windows.schemas.js';
import type { WindowsService } from './windows.service.js';

/** Freezes and change windows of an environment. */
export const windowsRoutes: FastifyPluginAsyncTypebox<{ windows: WindowsService }> = async (
  app,
  { windows },
) => {
  app.post(
    '',
    {
      config: {
        scope: 'environments:write',
        idempotent: true,
        problems: ['environment-not-found', 'quota-exceeded'],
      },
      schema: {
        operationId: 'createWindow',
        summary: 'Create a freeze or change window',
        description: [
          'Creates a window, once or each week, by clocks in a time zone. Windows may overlap.',
          'Nothing ordinary may go to the environment while a freeze is open.',
          'If it has change windows, ordinary releases may go there only while one of them is open.',
          'Rollbacks pass all windows. The next verdict of every instance uses the window.',
        ].join(' '),
        params: EnvironmentParams,
        body: CreateEnvironmentWindowRef,
        response: { 201: located(EnvironmentWindowRef, 'The window was created') },
      },
    },
    (request, reply) =>
      app.createOnce(request, reply, async (context) => {
        const { name } = request.params;
        const window = await windows.create(context, name, request.body);
        const location = `/environments/${name}/windows/${window.id}`;
        return { headers: { location }, body: window };
      }),
  );

  app.get(
    '',
    {
      config: { scope: 'environments:read', problems: ['environment-not-found'] },
      schema: {
        operationId: 'listWindows',
        summary: 'List windows of an environment',
        description: 'Lists freezes and change windows, the oldest first. Ended ones are kept.',
        params: EnvironmentParams,
        querystring: ListWindowsQuery,
        response: { 200: answer(Type.Array(EnvironmentWindowRef), 'The windows of this page') },
      },
    },
    async (request, reply) => {
      const { callContext, params, query } = request;
      return sendPage(request, reply, await windows.list(callContext, params.name, query));
    },
  );

  app.get(
    '/:id',
    {
      config: { scope: 'environments:read', problems: ['window-not-found'] },
      schema: {
        operationId: 'getWindow',
        summary: 'Get a window',
        description: 'Returns the window, whether it is open, and until when.',
        params: WindowParams,
        response: { 200: answer(EnvironmentWindowRef, 'The window') },
      },
    },
    ({ callContext, params }) => windows.get(callContext, params.name, params.id),
  );

  app.delete(
    '/:id',
    {
      config: { scope: 'environments:write', problems: ['window-not-found'] },
      schema: {
        operationId: 'endWindow',
        summary: 'End a window',
        description:
          'Ends the window. It is kept for the record. The next verdict of every instance no longer uses it.',
        params: WindowParams,
        response: { 204: Type.Null({ description: 'The window ended' }) },
      },
    },
    async ({ callContext, params }, reply) => {
      await windows.end(callContext, params.name, params.id);
      return reply.code(204).send(null);
    },
  );
};
