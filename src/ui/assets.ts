import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { CODE } from '../paths.js';

const FILES = {
  style: { name: 'style.css', type: 'text/css; charset=utf-8' },
  script: { name: 'script.js', type: 'text/javascript; charset=utf-8' },
} as const;

function readAsset({ name, type }: (typeof FILES)[keyof typeof FILES]) {
  const body = readFileSync(new URL(`ui/assets/${name}`, CODE));
  const version = createHash('sha256').update(body).digest('base64url').slice(0, 12);
  return { name, type, body, version, path: `/ui/assets/${name}?v=${version}` };
}

const style = readAsset(FILES.style);
const script = readAsset(FILES.script);

/** Addresses of the style sheet and the script. They change with the contents, so browsers keep the files. */
export const ASSETS = { style: style.path, script: script.path } as const;

const KEPT = 'public, max-age=31536000, immutable';

export function assetRoutes(app: FastifyInstance): void {
  for (const { name, type, body, version } of [style, script]) {
    app.get(
      `/assets/${name}`,
      { config: { scope: 'public' }, schema: { hide: true } },
      (request, reply) => {
        const { v } = request.query as { v?: unknown };
        // Another version of the server may answer a page of this one, or the other way around.
        reply.header('cache-control', v === version ? KEPT : 'no-cache');
        return reply.type(type).send(body);
      },
    );
  }
}
