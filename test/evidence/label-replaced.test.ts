import { describe, expect, it } from 'vitest';
import { image, suite, useLabels, xml } from '../support/labels.js';
import { digest } from '../support/releases.js';

const { send, statusOf } = useLabels();

describe('a label supersedes', () => {
  it('supersedes a report of the same targets, whatever the tag, and says so', async () => {
    const first = await send(image('shop:1.0'), { label: 'trivy' });
    expect(first.supersedes).toEqual([]);
    const second = await send(image('shop:1.1'), { label: 'trivy' });
    expect(second.supersedes).toMatchObject([
      { id: first.id, label: 'trivy', target: 'Trivy image shop' },
    ]);
    expect(second.warnings).toEqual([]);
    expect(await statusOf(first.id)).toBe('superseded');
  });

  it('supersedes a run that crashed by the complete run', async () => {
    const crash = [
      '<testsuite name="pytest" tests="1" errors="1">',
      '<testcase classname="" name="tests.test_cart"><error message="collection failure"/></testcase>',
      '</testsuite>',
    ].join('');
    const crashed = await send(crash, xml);
    const cases = ['a', 'b'].map(
      (name) => `<testcase classname="tests.test_cart" name="${name}"/>`,
    );
    const complete = await send(`<testsuite name="pytest">${cases.join('')}</testsuite>`, xml);
    expect(complete.supersedes.map(({ id }) => id)).toEqual([crashed.id]);
  });

  it('supersedes the report of a local image by that of the registry', async () => {
    const of = (name: string, digests: string[], CreatedAt: string) =>
      image(name, digests, {
        CreatedAt,
        Metadata: { RepoDigests: digests, ImageID: `sha256:${digest(5)}` },
      });
    const local = await send(of('shop:1.0', [], '2026-11-01T00:00:00Z'), { label: 'trivy' });
    const pushed = of(
      'reg.example.org/shop:1.0',
      [`reg.example.org/shop@sha256:${digest(6)}`],
      '2026-11-02T00:00:00Z',
    );
    expect((await send(pushed, { label: 'trivy' })).supersedes).toMatchObject([{ id: local.id }]);
  });

  it('counts documents that count beside each other, both by one label', async () => {
    const some = ['a', 'b', 'c', 'd'].map((name) => send(suite(name), xml));
    const ids = (await Promise.all(some)).map(({ id }) => id);
    expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 'current'));
  });
});

describe('a label whose new report shows less', () => {
  const vulnerable = (CreatedAt?: string) =>
    image('shop:1.0', [], {
      CreatedAt,
      Results: [
        {
          Class: 'os-pkgs',
          Type: 'debian',
          Vulnerabilities: [{ VulnerabilityID: 'CVE-2026-1', PkgName: 'zlib', Severity: 'HIGH' }],
        },
      ],
    });
  const grypeReport = (db: object, matches: object[] = []) => ({
    matches,
    source: { type: 'image', target: { userInput: 'shop:1.0' } },
    distro: { name: 'debian', version: '12' },
    descriptor: { name: 'grype', db },
  });
  const match = {
    vulnerability: { id: 'CVE-2026-1', severity: 'High' },
    artifact: { name: 'zlib', version: '1.0' },
  };

  it('keeps the findings if the tool failed this time', async () => {
    const found = await send(grypeReport({ valid: true }, [match]), { label: 'scan' });
    const failed = await send(grypeReport({ valid: false }), { label: 'scan' });
    expect(failed.supersedes).toEqual([]);
    expect(failed.warnings[0]?.message).toContain('does not show a scan for them');
    expect(await statusOf(found.id)).toBe('current');
    const again = await send(grypeReport({ valid: true }), { label: 'scan' });
    expect(again.supersedes.map(({ id }) => id)).toEqual([found.id, failed.id]);
  });

  it('keeps the report of a later run', async () => {
    const found = await send(vulnerable('2026-11-02T08:00:00Z'), { label: 'scan' });
    const stale = await send(image('shop:1.0', [], { CreatedAt: '2026-11-01T08:00:00Z' }), {
      label: 'scan',
    });
    expect(stale.supersedes).toEqual([]);
    expect(stale.warnings[0]?.message).toContain('its tool ran at 2026-11-02T08:00:00.000Z');
    expect(await statusOf(found.id)).toBe('current');
  });
});
