import { describe, expect, it } from 'vitest';
import { retract } from '../support/evidence.js';
import { image, type Received, suite, useLabels, xml } from '../support/labels.js';

const { context, send, statusOf } = useLabels();

const ids = ({ supersedes }: Received) => supersedes.map(({ id }) => id);

/** A run of two tests. @param at its time, as the runner writes it */
const run = (passes: boolean, at?: string) => {
  const of = suite('unit', 'a', 'b').replace(
    ' name="unit"',
    ` name="unit"${at ? ` timestamp="${at}"` : ''}`,
  );
  return passes ? of : of.replace('"b"/>', '"b"><failure/></testcase>');
};

/** A scan of one image. */
const scan = (CreatedAt: string, ...found: string[]) =>
  image('shop:1.0', [], {
    CreatedAt,
    Results: [
      {
        ...{ Target: 'Node.js', Class: 'lang-pkgs', Type: 'node-pkg' },
        Packages: [{ Name: 'qs', Version: '6.1.0' }],
        Vulnerabilities: found.map((VulnerabilityID) => ({
          ...{ VulnerabilityID, PkgName: 'qs', InstalledVersion: '6.1.0', Severity: 'HIGH' },
        })),
      },
    ],
  });

describe('a document that was superseded and is sent again', () => {
  it('replaces nothing, and says what superseded it', async () => {
    const passed = await send(run(true), xml);
    const failed = await send(run(false), xml);
    expect(ids(failed)).toEqual([passed.id]);
    const again = await send(run(true), xml);
    expect(ids(again)).toEqual([]);
    expect(again.warnings[0]?.message).toContain(
      `Evidence ${failed.id} with the label unit still counts: this document was evidence with this label before, and evidence ${failed.id} superseded it`,
    );
    expect(await statusOf(failed.id)).toBe('current');
    // Another run is not a document that was there before.
    const next = await send(run(true, '2026-11-02T08:00:00Z'), xml);
    expect(ids(next).sort()).toEqual([failed.id, again.id].sort());
  });

  it('counts after what superseded it was retracted', async () => {
    await send(run(true), xml);
    const failed = await send(run(false), xml);
    await retract(context.app, failed.id);
    const again = await send(run(true), xml);
    expect(again.warnings).toEqual([]);
    const next = await send(run(true, '2026-11-02T08:00:00Z'), xml);
    expect(ids(next)).toEqual([again.id]);
  });

  it('replaces the same document that was read or declared in another way', async () => {
    const clean = scan('2026-11-02T08:00:00Z');
    const first = await send(clean, { label: 'image' });
    const declared = await send(clean, { label: 'image', scanners: 'vuln,secret' });
    expect(ids(declared)).toEqual([first.id]);
    const more = { label: 'image', scanners: 'vuln,secret,misconfig' };
    expect(ids(await send(clean, more))).toEqual([declared.id]);
  });
});

describe('a document of an earlier run', () => {
  it('removes no failed test, by however little it is earlier', async () => {
    for (const [n, earlier] of ['2026-11-01T08:00:00Z', '2026-11-02T09:59:59+02:00'].entries()) {
      const options = { ...xml, label: `unit-${n}` };
      const failed = await send(run(false, '2026-11-02T08:00:00Z'), options);
      const before = await send(run(true, earlier), options);
      expect(ids(before), earlier).toEqual([]);
      expect(before.warnings[0]?.message).toContain('its tool ran at 2026-11-02T08:00:00.000Z');
      expect(ids(await send(run(true, '2026-11-02T08:00:01Z'), options))).toContain(failed.id);
    }
  });

  it('can be a later run if its time has no zone', async () => {
    const failed = await send(run(false, '2026-11-02T08:00:00Z'), xml);
    const local = await send(run(true, '2026-11-02T03:05:00'), xml);
    expect(ids(local)).toEqual([failed.id]);
    const { summary } = local as unknown as { summary: { coverage: object[] } };
    expect(summary.coverage).toMatchObject([{ at: '2026-11-02T03:05:00.000Z', isLocal: true }]);
  });

  it('removes no vulnerability, by however little it is earlier', async () => {
    const later = await send(scan('2026-11-02T08:05:00Z', 'CVE-2025-9'), { label: 'image' });
    const earlier = await send(scan('2026-11-02T08:00:00Z'), { label: 'image' });
    expect(ids(earlier)).toEqual([]);
    expect(earlier.warnings[0]?.message).toContain('CVE-2025-9');
    expect(await statusOf(later.id)).toBe('current');
    // The database was corrected.
    const corrected = await send(scan('2026-11-02T08:06:00Z'), { label: 'image' });
    expect(ids(corrected).sort()).toEqual([later.id, earlier.id].sort());
  });
});

describe('the same document with fewer scanners', () => {
  it('does not replace the one with more', async () => {
    const clean = scan('2026-11-02T08:00:00Z');
    const full = await send(clean, { label: 'image', scanners: 'vuln,secret' });
    const plain = await send(clean, { label: 'image' });
    expect(ids(plain)).toEqual([]);
    expect(plain.warnings.at(-1)?.message).toContain(
      'it is the same document, uploaded with scanners that this upload does not name (secret, vulnerability)',
    );
    expect(await statusOf(full.id)).toBe('current');
  });
});
