import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { retract, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { denials, guard, verdictOf } from '../support/verdicts.js';

/** The subject of an SBOM is judged as its components are: it must not hide what a policy bans. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

interface Subject {
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly licence?: string;
}

const component = ({ licence, ...subject }: Subject) => ({
  type: 'library',
  ...subject,
  ...(licence && { licenses: [{ expression: licence }] }),
});
const cyclonedx = (subject: Subject) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  metadata: { component: component(subject) },
  components: [component({ name: 'left', version: '1', licence: 'MIT' })],
});

const pack = ({ name, version, purl, licence }: Subject) => ({
  SPDXID: `SPDXRef-${name}`,
  name,
  versionInfo: version,
  licenseConcluded: licence ?? 'NOASSERTION',
  externalRefs: purl ? [{ referenceType: 'purl', referenceLocator: purl }] : [],
});
const spdx = (subject: Subject) => ({
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'shop',
  documentDescribes: [`SPDXRef-${subject.name}`],
  packages: [pack(subject), pack({ name: 'left', version: '1', licence: 'MIT' })],
});

const FORMS = { cyclonedx, spdx };

const denied = async (document: unknown, rule: object) => {
  await guard(context.app, [rule]);
  await uploaded(context.app, release, document);
  return denials(await verdictOf(context.app, release, { environment: 'gate' })).join();
};

describe.each(Object.entries(FORMS))('the subject of %s', (_form, sbom) => {
  const BANNED = { rule: 'banned-components', components: [{ purl: 'pkg:npm/event-stream' }] };

  it.each<[string, Subject]>([
    ['its package URL', { name: 'x', version: '3', purl: 'pkg:npm/event-stream@3.3.6' }],
    ['its name', { name: 'event-stream', version: '3.3.6' }],
  ])('is banned by %s', async (_by, subject) => {
    expect(await denied(sbom(subject), BANNED)).toContain('1 banned component, 0 allowed');
  });

  it.each([
    { deny: ['AGPL-*'], unknown: 'allow' },
    { deny: ['AGPL-*'] },
    { allow: ['MIT'], deny: ['AGPL-*'] },
  ])('must not have a licence that %j denies', async (rule) => {
    const subject = { name: 'shop', version: '1', licence: 'AGPL-3.0-only' };
    expect(await denied(sbom(subject), { rule: 'licences', ...rule })).toContain(
      'Of 1 component, 1 has licences that are not allowed: shop@1, the subject of the SBOM (also found: AGPL-3.0-only)',
    );
  });

  it.each<[string, Subject]>([
    ['no licence', { name: 'shop', version: '1', purl: 'pkg:npm/shop@1' }],
    ['a licence of its own', { name: 'shop', version: '1', licence: 'LicenseRef-shop' }],
    ['another licence', { name: 'shop', version: '1', licence: 'ISC' }],
  ])('may have %s', async (_which, subject) => {
    const rule = { rule: 'licences', allow: ['MIT'], deny: ['AGPL-*'] };
    expect(await denied(sbom(subject), rule)).toBe('');
    const { results } = await verdictOf(context.app, release, { environment: 'gate' });
    expect(results.map(({ message }) => message)).toEqual([
      '1 component, all with allowed licences',
    ]);
  });

  it('is no component of itself', async () => {
    const subject = { name: 'shop', version: '1', purl: 'pkg:npm/shop@1' };
    const { summary } = await uploaded(context.app, release, sbom(subject));
    expect(summary.components).toEqual({ total: 1, withoutPurl: 1 });
    const { body } = await context.app.inject({ url: `/releases/${release}/summary` });
    expect(JSON.parse(body).components).toMatchObject({ distinct: 1 });
    const found = await context.app.inject({ url: '/components', query: { purl: 'pkg:npm/shop' } });
    expect(found.json()).toMatchObject([{ licences: ['licence of the subject'] }]);
  });
});

it('no component becomes a subject by the name of its licence', async () => {
  const bom = cyclonedx({ name: 'shop' });
  const licenses = [{ license: { name: ' Licence of\u200b the subject' } }];
  const document = { ...bom, components: [{ type: 'library', name: 'left', licenses }] };
  expect(await denied(document, { rule: 'licences', deny: ['AGPL-*'] })).toContain(
    '1 has no known licence',
  );
});

it('each name of one package is compared with what is banned', async () => {
  const components = ['aa', 'event-stream'].map((name) => ({
    ...component({ name, version: '1', licence: 'MIT' }),
    purl: 'pkg:generic/a@1',
  }));
  const document = { ...cyclonedx({ name: 'shop' }), components };
  const rule = { rule: 'banned-components', components: [{ purl: 'pkg:npm/event-stream' }] };
  expect(await denied(document, rule)).toContain('1 banned component');
});

it('the subject can change its version when an SBOM replaces another', async () => {
  const first = await uploaded(context.app, release, cyclonedx({ name: 'shop', version: '1' }), {
    label: 'sbom',
  });
  const more = cyclonedx({ name: 'shop', version: '2' });
  const components = [...more.components, component({ name: 'right', version: '1' })];
  const response = await uploaded(context.app, release, { ...more, components }, { label: 'sbom' });
  const { status } = (await context.app.inject({ url: `/evidence/${first.id}` })).json();
  expect([status, response.status]).toEqual(['superseded', 'current']);
  expect((await retract(context.app, response.id)).statusCode).toBe(200);
});
