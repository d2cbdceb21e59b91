import { expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { trivy, vex } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';

/** Long enough that no statement times out on a busy machine, in milliseconds. */
const context = useApp({ DATABASE_STATEMENT_TIMEOUT_MS: '600000' });
const ID = 'CVE-2021-23337';

it('many claims about other versions do not suppress the finding', async () => {
  const { id } = await createRelease(context.app);
  const defects = Array.from({ length: 3000 }, (_, i) => ({
    id: ID,
    name: `p${i}`,
    version: '1.0.0',
  }));
  await uploaded(context.app, id, trivy(...defects));
  const claims = defects.map(({ name }) => ({ id: ID, product: `pkg:npm/${name}@2.0.0` }));
  await uploaded(context.app, id, vex(...claims));
  const response = await context.app.inject(`/releases/${id}/summary`);
  expect(response.statusCode, response.body).toBe(200);
  const { findings } = response.json();
  expect([findings.distinct, findings.suppressed]).toEqual([3000, 0]);
});
