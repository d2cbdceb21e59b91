import { Readable } from 'node:stream';
import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { uuid } from '../../contract/schemas.js';
import { getPage, postForm } from '../route.js';
import type { Tools } from '../tools.js';

const params = Type.Object({ id: uuid() });

/** Files of a proof for a browser: its cookie may be that of pages, which the API does not get. */
export function auditPackPages(app: FastifyInstance, { services }: Tools): void {
  getPage(app, '/verdicts/:id/proof', { params }, async ({ context, params: { id }, reply }) => {
    const proof = await services.getVerdictProof(context, id);
    await reply
      .type('text/plain; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="verdict-${id}.tlog-proof"`)
      .send(proof);
    return undefined;
  });

  // A form, because the log records that a pack was issued. A link of another site must not do that.
  postForm(app, '/releases/:id/audit-pack', { params }, async (visit) => {
    const { context, reply } = visit;
    const { fileName, content } = await services.getAuditPack(context, visit.params.id, {});
    reply
      .type('application/x-tar')
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="${fileName}"`)
      .send(Readable.from(content, { objectMode: false }));
    return undefined;
  });
}
