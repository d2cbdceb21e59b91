import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { grype, trivy } from '../support/documents.js';
import { retract, upload, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';

/** When any release and tool of a project first and last reported a defect. */

const context = useApp();
let old: string;
let current: string;
useRows(async () => {
  old = (await createRelease(context.app)).id;
  current = (await createRelease(context.app, { projectId: 1, version: '2.0.0' })).id;
});

/** Uploads a document and moves it `days` days into the past. */
async function sent(days: number, release: string, document: unknown, label = '') {
  const options = label === '' ? {} : { label };
  const { id } = await uploaded(context.app, release, document, options);
  await sql(
    `BEGIN; SET LOCAL session_replication_role = replica;
     UPDATE evidence SET created_at = now() - interval '${days} days',
            last_received_at = now() - interval '${days} days' WHERE id = '${id}'; COMMIT`,
  );
  return id;
}

/** How many days ago the finding of a release was first and last seen. */
async function seen(release: string, query = '') {
  const [finding] = (await context.app.inject(`/releases/${release}/findings${query}`)).json();
  const days = (text: string) => Math.round((Date.now() - Date.parse(text)) / 86_400_000);
  return [days(finding.firstSeenAt), days(finding.lastSeenAt)];
}

describe('firstSeenAt and lastSeenAt', () => {
  it('cover all releases of the project and no other project', async () => {
    const other = await createRelease(context.app);
    await sent(9, other.id, trivy({}));
    await sent(5, old, trivy({}));
    await sent(3, current, trivy({ version: '4.17.19' }));
    await sent(1, other.id, trivy({}, {}));
    expect(await seen(old)).toEqual([5, 3]);
    expect(await seen(current)).toEqual([5, 3]);
  });

  it('cover all tools with the same fingerprint', async () => {
    await sent(5, old, trivy({ id: 'CVE-2021-23337' }));
    await sent(3, current, grype({ id: 'CVE-2021-23337', also: ['GHSA-35jh-r3h4-6jhm'] }));
    const findings = [];
    for (const id of [old, current])
      findings.push(...(await context.app.inject(`/releases/${id}/findings`)).json());
    expect(findings).toHaveLength(2);
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(findings.map(({ rule }) => rule)).toEqual(['CVE-2021-23337', 'CVE-2021-23337']);
    expect(await seen(current)).toEqual([5, 3]);
  });

  it('include superseded evidence', async () => {
    await sent(5, old, trivy({}), 'a');
    await sent(3, old, trivy({}, {}), 'a');
    expect(await seen(old)).toEqual([5, 3]);
  });

  it('exclude other evidence that was retracted', async () => {
    const first = await sent(5, old, trivy({}));
    await sent(3, current, trivy({}));
    await sent(1, current, trivy({}, {}));
    await retract(context.app, first);
    expect(await seen(current)).toEqual([3, 1]);
    expect(await seen(old, `?evidence=${first}`)).toEqual([5, 1]);
  });

  it('change if the same document is received again', async () => {
    await sent(5, old, trivy({}));
    const again = await upload(context.app, old, trivy({}));
    expect(again.statusCode).toBe(200);
    expect(await seen(old)).toEqual([5, 0]);
  });

  it('change even if later evidence exists', async () => {
    await sent(5, old, trivy({}));
    await sent(3, current, trivy({}));
    await upload(context.app, old, trivy({}));
    expect(await seen(current)).toEqual([5, 0]);
  });
});
