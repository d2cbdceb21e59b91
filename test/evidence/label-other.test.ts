import { describe, expect, it } from 'vitest';
import { image, useLabels } from '../support/labels.js';
import { addArtifact, digest } from '../support/releases.js';

const { context, releaseId, send, statusOf } = useLabels();

describe('a label keeps beside each other', () => {
  it('keeps a report of another artifact with the same name, such as another platform', async () => {
    for (const n of [1, 2])
      await addArtifact(context.app, releaseId(), {
        sha256: digest(n),
        name: `shop-${n}`,
        kind: 'container',
      });
    const of = (n: number) => image('shop:1.0', [`shop@sha256:${digest(n)}`]);
    const first = await send(of(1), { label: 'trivy' });
    const second = await send(of(2), { label: 'trivy' });
    expect(second.supersedes).toEqual([]);
    expect(second.warnings[0]?.message).toContain(`it is about shop-1 (sha256:${digest(1)})`);
    const again = await send({ ...of(2), CreatedAt: '2026-11-01T00:00:00Z' }, { label: 'trivy' });
    expect(again.supersedes).toMatchObject([{ id: second.id }]);
    expect(await statusOf(first.id)).toBe('current');
  });

  it('keeps a report of another image, with a warning that says what to do', async () => {
    const first = await send(image('shop:1.0'), { label: 'trivy' });
    const second = await send(image('worker:1.0'), { label: 'trivy' });
    expect(second.supersedes).toEqual([]);
    expect(await statusOf(first.id)).toBe('current');
    expect(second.warnings).toHaveLength(1);
    expect(second.warnings[0]?.message).toContain(`POST /evidence/${first.id}/retract`);
    expect(second.warnings[0]?.message).toContain('Trivy image shop');
  });

  it('keeps a report of npm audit of another folder, which it does not name', async () => {
    const audit = (total: number) => ({
      auditReportVersion: 2,
      vulnerabilities: {},
      metadata: { vulnerabilities: { total: 0 }, dependencies: { total } },
    });
    const web = await send(audit(812), { label: 'npm' });
    const server = await send(audit(214), { label: 'npm' });
    expect(server.supersedes).toEqual([]);
    expect(server.warnings[0]?.message).toContain('it looked at 812 (vulnerability)');
    const again = await send({ ...audit(812), muted: [] }, { label: 'npm' });
    expect(again.supersedes).toMatchObject([{ id: web.id }]);
    expect(await statusOf(server.id)).toBe('current');
  });

  it('keeps the scan of an artifact when another image is scanned', async () => {
    const sha256 = digest(7);
    await addArtifact(context.app, releaseId(), { sha256, name: 'shop', kind: 'container' });
    const ours = await send(image('shop:1', [`shop@sha256:${sha256}`]), { label: 'trivy' });
    for (const other of [image('shop:2', [`shop@sha256:${digest(8)}`]), image('shop:debug')])
      await send(other, { label: 'trivy' });
    expect(await statusOf(ours.id)).toBe('current');
  });

  it('keeps the report of another cluster of one name that shares an image', async () => {
    const [shared, own, other] = [5, 6, 7].map((n) => ({ ImageID: `sha256:${digest(n)}` }));
    const cluster = (images: unknown[], cve = false) => ({
      ClusterName: 'default',
      Resources: images.map((image) => ({
        ...{ Namespace: 'shop', Kind: 'Deployment', Name: 'shop', Metadata: [image] },
        Results: [
          {
            ...{ Target: 'shop (debian 12)', Class: 'os-pkgs', Type: 'debian' },
            Vulnerabilities: cve
              ? [{ VulnerabilityID: 'CVE-2026-1', PkgName: 'a', Severity: 'HIGH' }]
              : [],
          },
        ],
      })),
    });
    const first = await send(cluster([shared, own], true), { label: 'k8s' });
    const second = await send(cluster([shared, other]), { label: 'k8s' });
    expect(second.supersedes).toEqual([]);
    expect(second.warnings[0]?.message).toContain('it names another digest');
    const again = await send(cluster([shared, own, other]), { label: 'k8s' });
    expect(again.supersedes.map(({ id }) => id)).toEqual([first.id, second.id]);
  });
});
