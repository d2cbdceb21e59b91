import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { bom, grype, trivy } from '../support/documents.js';
import {
  type EvidenceBody,
  rowCounts,
  type UploadOptions,
  upload,
  uploaded,
} from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
const send = (document: unknown, options?: UploadOptions) =>
  uploaded(context.app, release, document, options);
const get = async (path: string) => (await context.app.inject(path)).json();
const evidenceOf = (id: string): Promise<EvidenceBody> => get(`/evidence/${id}`);

/** A document that is different for each number. */
const numbered = (n: number) => trivy({ id: `CVE-2026-${1000 + n}` });

describe('a label', () => {
  it('supersedes evidence of the same kind, label and artifact', async () => {
    const artifact = await addArtifact(context.app, release);
    for (const options of [{ label: 'a' }, { label: 'a', artifact }]) {
      const first = await send(numbered(1), options);
      const second = await send(numbered(2), options);
      const old = await evidenceOf(first.id);
      expect(old).toEqual({
        ...first,
        status: 'superseded',
        supersededAt: second.createdAt,
        supersededBy: second.id,
      });
      expect(await evidenceOf(second.id)).toMatchObject({ status: 'current', supersededBy: null });
      const document = await context.app.inject(`/evidence/${first.id}/document`);
      expect(document.json()).toEqual(numbered(1));
    }
  });

  it('does not supersede other evidence', async () => {
    const artifacts = [
      await addArtifact(context.app, release),
      await addArtifact(context.app, release, { sha256: digest(2) }),
    ];
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    const label = 'a';
    const ids = [
      await send(numbered(1), { label }),
      await send(grype({}), { label }),
      await send(numbered(2)),
      await send(numbered(3)),
      await send(numbered(4), { label: 'A' }),
      await send(numbered(5), { label, artifact: artifacts[0] ?? '' }),
      await send(numbered(6), { label, artifact: artifacts[1] ?? '' }),
      await uploaded(context.app, other.id, numbered(7), { label }),
    ].map(({ id }) => id);
    for (const id of ids) expect((await evidenceOf(id)).status, id).toBe('current');
  });

  it('supersedes nothing if the new document is refused', async () => {
    const { id } = await send(numbered(1), { label: 'a' });
    const refused = [{ SchemaVersion: 2, Results: 5 }, {}, '{'];
    for (const document of refused) {
      const response = await upload(context.app, release, document, { label: 'a' });
      expect(response.statusCode).toBe(422);
    }
    const response = await upload(context.app, release, grype({}), { label: 'a', kind: 'trivy' });
    expectProblem(response, 422, 'document-invalid');
    expect((await evidenceOf(id)).status).toBe('current');
    expect(await rowCounts()).toMatchObject({ evidence: 1 });
  });

  it('supersedes nothing if the same document is uploaded again', async () => {
    const first = await send(numbered(1), { label: 'a' });
    const again = await upload(context.app, release, numbered(1), { label: 'a' });
    expect(again.statusCode).toBe(200);
    expect(again.json()).toMatchObject({ id: first.id, status: 'current' });
  });

  it('leaves one current document after concurrent uploads', async () => {
    const uploads = Array.from({ length: 10 }, (_, n) =>
      // UUIDs are case-insensitive.
      uploaded(context.app, n % 2 ? release : release.toUpperCase(), numbered(n), { label: 'a' }),
    );
    const ids = (await Promise.all(uploads)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(10);
    const current = await sql('SELECT id FROM evidence WHERE superseded_at IS NULL');
    expect(current).toHaveLength(1);
    // Each was superseded by the next: a chain from the first to the current one.
    const chain = await sql<{ n: number }>(
      `WITH RECURSIVE chain AS (
         SELECT id FROM evidence e
          WHERE NOT EXISTS (SELECT 1 FROM evidence o WHERE o.superseded_by = e.id)
          UNION ALL
         SELECT e.superseded_by FROM chain c JOIN evidence e ON e.id = c.id
          WHERE e.superseded_by IS NOT NULL)
       SELECT count(*)::int AS n FROM chain`,
    );
    expect(chain).toEqual([{ n: 10 }]);
    expect(await rowCounts()).toMatchObject({ evidence: 10, findings: 10 });
  });
});

describe('only current evidence', () => {
  beforeEach(async () => {
    for (const version of ['4.17.19', '4.17.20']) {
      await send(bom([{ version }]), { label: 'sbom' });
      await send(trivy({ version, severity: 'LOW' }), { label: 'scan' });
    }
  });

  it('is in the lists of components and findings', async () => {
    const components = await get(`/releases/${release}/components`);
    expect(components).toMatchObject([{ version: '4.17.20' }]);
    const findings = await get(`/releases/${release}/findings`);
    expect(findings).toMatchObject([{ packageVersion: '4.17.20' }]);
  });

  it('is in the summary', async () => {
    const summary = await get(`/releases/${release}/summary`);
    expect(summary).toMatchObject({
      evidence: [
        { kind: 'cyclonedx', current: 1 },
        { kind: 'trivy', current: 1 },
      ],
      components: { distinct: 1 },
      findings: { distinct: 1, bySeverity: { low: 1 } },
    });
  });

  it('is found by searches', async () => {
    expect(await get('/components?purl=pkg:npm/lodash@4.17.19')).toEqual([]);
    expect(await get('/components?purl=pkg:npm/lodash')).toHaveLength(1);
    expect(await get('/findings?cve=CVE-2021-23337')).toMatchObject([
      { packageVersion: '4.17.20' },
    ]);
  });
});
