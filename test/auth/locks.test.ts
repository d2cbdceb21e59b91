import { beforeEach, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { holdTransaction } from '../support/database.js';
import { bom } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease, digest } from '../support/releases.js';
import { requested } from '../support/waivers.js';

/**
 * A caller of other projects waits for no lock of this project, and takes none: each of its changes is answered 404
 * while the rows are locked. Waiting would end in a 503, which tells that there is a row.
 */
const context = useApp({ AUTH_MODE: 'token' });
const open = useApp();

let stranger: Holder;
let ids: Record<'project' | 'release' | 'evidence' | 'waiver', string>;
beforeEach(async () => {
  const { id: release, projectId } = await createRelease(open.app);
  const evidence = await uploaded(open.app, release, bom([{}]));
  const waiver = await requested(open.app);
  ids = { project: String(projectId), release, evidence: evidence.id, waiver: waiver.id };
  stranger = await giveToken({
    scopes: [
      'projects:write',
      'releases:write',
      'evidence:write',
      'evidence:retract',
      'deployments:write',
      'waivers:request',
      'waivers:approve',
      'verdicts:write',
    ],
    projects: [2],
  });
});

const REASON = { reason: 'x' };
const ARTIFACT = { name: 'x', kind: 'container', sha256: digest(7) };

it.each([
  ['PATCH /projects/project', { status: 'x' }],
  ['DELETE /projects/project', undefined],
  ['POST /projects/project/releases', { version: '9.0.0', commit: 'a'.repeat(40) }],
  ['PUT /projects/project/releases/9.0.0', { commit: 'a'.repeat(40) }],
  ['PATCH /releases/release', { notes: 'x' }],
  ['POST /releases/release/seal', undefined],
  ['POST /releases/release/revoke', REASON],
  ['POST /releases/release/artifacts', ARTIFACT],
  ['POST /releases/release/evidence', {}],
  ['POST /releases/release/verdicts', { environment: 'production' }],
  ['POST /evidence/evidence/retract', REASON],
  ['POST /waivers/waiver/approve', undefined],
  ['POST /waivers/waiver/revoke', REASON],
] as const)('%s', async (operation, payload) => {
  const end = await holdTransaction(
    ['projects', 'releases', 'evidence', 'waivers', 'artifacts']
      .map((table) => `SELECT 1 FROM ${table} FOR UPDATE`)
      .join(';'),
  );
  const [method = '', path = ''] = operation.split(' ');
  const [, kind = '', name = '', ...rest] = path.split('/');
  const id = ids[name as keyof typeof ids];
  const response = await context.app.inject({
    method: method as 'POST',
    url: ['', kind, id, ...rest].join('/'),
    headers: stranger.headers,
    ...(payload && { payload }),
  });
  expect(response.statusCode, response.body).toBe(404);
  await end();
});
