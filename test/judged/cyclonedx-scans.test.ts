import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { guard, resultOf } from '../support/verdicts.js';

/** A clean scan in CycloneDX looks like an SBOM: only the uploader can say that it is one. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  await guard(context.app, [{ rule: 'max-findings' }]);
});

const components = [{ type: 'library', name: 'a', version: '1', purl: 'pkg:pypi/a@1' }];
const clean = (tools: unknown, more: object = { vulnerabilities: [] }) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.4',
  ...(tools !== undefined && { metadata: { tools } }),
  components,
  ...more,
});
const named = (name: string) => [{ vendor: 'Acme', name, version: '1' }];
const send = (document: unknown, scanners?: string) =>
  upload(context.app, release, document, scanners === undefined ? {} : { scanners });

const sendXml = (more: string) => {
  const document = `<bom xmlns="http://cyclonedx.org/schema/bom/1.4">
    <metadata><tools><tool><name>grype</name></tool></tools></metadata>
    <components><component type="library"><name>a</name></component></components>${more}</bom>`;
  return upload(context.app, release, document, { type: 'application/xml', scanners: 'vuln' });
};

const SCANS: Record<string, unknown> = {
  'pip-audit, which names its library': clean(named('cyclonedx-python-lib')),
  'a tool that names nothing': clean(undefined),
  'Dependency-Track': clean(named('OWASP Dependency-Track')),
  'Dependency-Track of today': clean({ components: [{ name: 'Dependency-Track' }] }),
  Grype: clean(named('grype')),
  'OSV-Scanner': clean(named('osv-scanner')),
};

describe('a clean document of a scanner', () => {
  it.each(Object.entries(SCANS))(
    'passes by the word of its uploader: %s',
    async (_tool, document) => {
      await send(document);
      expect((await resultOf(context.app, release)).status).toBe('not-evidenced');
      const answer = await send(document, 'vuln');
      expect(answer.statusCode, answer.body).toBe(201);
      const { status, message } = await resultOf(context.app, release);
      expect([status, message]).toEqual([
        'pass',
        expect.stringContaining('That cyclonedx looked for it is the word of the uploader'),
      ]);
    },
  );

  it('passes as XML', async () => {
    expect((await sendXml('<vulnerabilities/>')).statusCode).toBe(201);
    expect((await resultOf(context.app, release)).status).toBe('pass');
  });

  it('is advised to say so', async () => {
    await send(clean(named('grype')));
    expect((await resultOf(context.app, release)).message).toContain('?scanners=vulnerability');
  });
});

describe('what no word of the uploader makes a scan', () => {
  it.each(['syft', 'cdxgen', 'trivy', 'cyclonedx-maven-plugin', 'grype-to-sbom', 'clairvoyant'])(
    'refuses it for %s',
    async (name) => {
      const answer = await send(clean(named(name)), 'vuln');
      expect([answer.statusCode, answer.json().detail]).toEqual([
        422,
        expect.stringContaining(`is a report of ${name}, which does not report vulnerability`),
      ]);
    },
  );

  it('refuses a scan for secrets', async () => {
    expect((await send(clean(named('grype')), 'vuln,secret')).statusCode).toBe(422);
  });

  it.each<[string, unknown]>([
    ['that names no tool', undefined],
    ['of Grype', named('grype')],
    ['with a vendor alone', [{ vendor: 'Acme' }]],
    ['of pip-audit', named('cyclonedx-python-lib')],
  ])('denies an SBOM without a list of vulnerabilities %s', async (_which, tools) => {
    expect((await send(clean(tools, {}), 'vuln')).statusCode).toBe(201);
    const { status, message } = await resultOf(context.app, release);
    expect([status, message]).toEqual([
      'not-evidenced',
      expect.stringContaining('it has no list `vulnerabilities`, not even an empty one'),
    ]);
  });

  it('denies one in XML', async () => {
    expect((await sendXml('')).statusCode).toBe(201);
    expect((await resultOf(context.app, release)).status).toBe('not-evidenced');
  });

  it('does not let one replace a scan with findings', async () => {
    const critical = { id: 'CVE-2026-1', ratings: [{ severity: 'critical' }] };
    const options = { label: 'image', scanners: 'vuln' };
    const tools = named('grype');
    const metadata = { tools, component: { type: 'application', name: 'shop' } };
    const found = clean(tools, { metadata, vulnerabilities: [critical] });
    await upload(context.app, release, found, options);
    const answer = await upload(context.app, release, clean(tools, { metadata }), options);
    expect([answer.statusCode, answer.json().supersedes]).toEqual([201, []]);
    expect((await resultOf(context.app, release)).status).toBe('fail');
  });

  const vulnerability = { id: 'CVE-2026-1', ratings: [{ severity: 'low' }] };
  it.each<[string, object]>([
    ['of nothing', { components: [] }],
    ['of files', { components: [{ type: 'file', name: '/bin/sh' }] }],
    ['that failed', { errors: ['no database'] }],
    [
      'that only states (VEX)',
      { vulnerabilities: [{ ...vulnerability, analysis: { state: 'not_affected' } }] },
    ],
  ])('denies a document %s', async (_which, more) => {
    expect((await send(clean(named('grype'), more), 'vuln')).statusCode).toBe(201);
    expect((await resultOf(context.app, release)).status).toBe('not-evidenced');
  });

  it('denies findings all the same', async () => {
    const critical = { id: 'CVE-2026-1', ratings: [{ severity: 'critical' }] };
    await send(clean(undefined, { vulnerabilities: [critical] }), 'vuln');
    expect((await resultOf(context.app, release)).status).toBe('fail');
  });
});
