import { expect, it } from 'vitest';
import { importRows } from '../../src/events/import.js';
import { bom, trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { anotherPool, logApp, tamper } from '../support/log.js';
import { createRelease } from '../support/releases.js';
import { faults } from '../support/verify.js';

it('an SBOM with a subject is as its events say', async () => {
  const log = await logApp();
  await importRows(anotherPool());
  const { id } = await createRelease(log.app);
  const shop = { metadata: { component: { type: 'application', name: 'shop' } } };
  await uploaded(log.app, id, bom([{ name: 'lodash', version: '4.17.21' }], shop));
  await log.settle();
  expect(await faults(log)).toEqual([]);
});

it('a row of one release that names evidence of another is found', async () => {
  const log = await logApp();
  await importRows(anotherPool());
  const { id } = await createRelease(log.app);
  const { id: other } = await createRelease(log.app, { projectId: 1, version: '2.0.0' });
  const { id: evidence } = await uploaded(log.app, other, trivy({}));
  await log.settle();
  await tamper(`INSERT INTO vulnerability_aliases (project_id, release_id, evidence_id, ordinal, alias, canonical)
                VALUES (1, '${id}', '${evidence}', 9999, 'CVE-2020-0001', 'CVE-2021-44906')`);
  expect(await faults(log)).toContain(
    `evidence ${evidence}: vulnerability aliases name it, and the release has no such evidence`,
  );
});
