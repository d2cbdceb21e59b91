import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';
import { useRows } from '../support/rows.js';

const context = useApp();
let from: string;
let to: string;
useRows(async () => {
  from = (await createRelease(context.app)).id;
  to = (await createRelease(context.app, { projectId: 1, version: '1.1.0' })).id;
});
const ask = (first = from, second = to, query = '') =>
  context.app.inject(`/releases/${first}/diff/${second}${query}`);
const diff = async (...request: Parameters<typeof ask>) => {
  const response = await ask(...request);
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
};
const components = async (...request: Parameters<typeof ask>) =>
  (await diff(...request)).components;
const send = (release: string, document: unknown, label = 'a') =>
  uploaded(context.app, release, document, { label });

/** Uploads the SBOMs of the two releases: `name@version`, optionally followed by a space and a licence. */
async function made(before: string, after: string) {
  for (const [release, text] of [
    [from, before],
    [to, after],
  ] as const) {
    const parts = text.split(', ').map((part) => {
      const [, name = '', version = '', licence] = /^(.+)@(\S+) ?(.*)$/.exec(part) ?? [];
      return { name, version, ...(licence && { licence }), ...(name === 'own' && { purl: null }) };
    });
    await send(release, bom(parts));
  }
}
const change = (name: string, before: string[], after: string[]) => ({
  key: name === 'own' ? 'library:own' : `pkg:npm/${name}`,
  name,
  from: before,
  to: after,
});

describe('GET /releases/{id}/diff/{other}: 200', () => {
  it('groups packages by change', async () => {
    await made(
      'same@1.0.0, gone@1.0.0, up@1.9.0 MIT, down@2.0.0, licence@1.0.0 MIT, own@1.0.0',
      'same@1.0.0, come@1.0.0, up@1.10.0 ISC, down@1.0.0, licence@1.0.0 ISC, own@1.1.0',
    );
    expect(await diff()).toEqual({
      from: { id: from, projectId: 1, version: '1.0.0', shows: ['components'] },
      to: { id: to, projectId: 1, version: '1.1.0', shows: ['components'] },
      components: {
        counts: {
          added: 1,
          removed: 1,
          upgraded: 2,
          downgraded: 1,
          licencesChanged: 2,
          unchanged: 2,
        },
        added: [change('come', [], ['1.0.0'])],
        removed: [change('gone', ['1.0.0'], [])],
        upgraded: [change('own', ['1.0.0'], ['1.1.0']), change('up', ['1.9.0'], ['1.10.0'])],
        downgraded: [change('down', ['2.0.0'], ['1.0.0'])],
        licencesChanged: [change('licence', ['MIT'], ['ISC']), change('up', ['MIT'], ['ISC'])],
      },
      findings: {
        counts: { new: 0, fixed: 0, unchanged: 0, unknown: 0 },
        new: [],
        fixed: [],
        unchanged: [],
        unknown: [],
      },
    });
  });

  it.each([
    ['added', 'a@1.0.0, a@2.0.0', 'a@1.0.0, a@2.0.0, a@3.0.0'],
    ['removed', 'a@1.0.0, a@2.0.0', 'a@1.0.0'],
    ['upgraded', 'a@1.0.0, a@2.0.0', 'a@2.0.0, a@3.0.0'],
    ['upgraded', 'a@1.0.0, a@2.0.0', 'a@3.0.0'],
    ['upgraded', 'a@1.0.0', 'a@2.0.0, a@3.0.0'],
    ['downgraded', 'a@1.0.0, a@3.0.0', 'a@1.0.0, a@2.0.0'],
    ['upgraded', 'a@2.0.0-rc.10', 'a@2.0.0'],
    ['upgraded', 'a@2.0.0-rc.9', 'a@2.0.0-rc.10'],
    ['upgraded', 'a@v1.1.9', 'a@v1.1.41'],
    ['upgraded', 'a@1.0-9', 'a@1.0-10'],
    ['downgraded', 'a@2.17.1.Final', 'a@2.9.1.Final'],
  ])('reports a package as %s: %s to %s', async (what, before, after) => {
    await made(before, after);
    const { counts, ...lists } = await components();
    expect(counts).toEqual({
      added: 0,
      removed: 0,
      upgraded: 0,
      downgraded: 0,
      licencesChanged: 0,
      unchanged: 0,
      [what]: 1,
    });
    const versions = (text: string) => text.split(', ').map((part) => part.slice(2));
    expect(lists[what]).toEqual([change('a', versions(before), versions(after))]);
  });

  it('is reversed if the releases are swapped', async () => {
    await made('a@1.0.0, b@1.0.0, c@1.0.0 MIT', 'b@2.0.0, c@1.0.0 ISC, d@1.0.0');
    const back = await components(to, from);
    expect(back.counts).toEqual({
      added: 1,
      removed: 1,
      upgraded: 0,
      downgraded: 1,
      licencesChanged: 1,
      unchanged: 1,
    });
    expect(back.added).toEqual([change('a', [], ['1.0.0'])]);
    expect(back.downgraded).toEqual([change('b', ['2.0.0'], ['1.0.0'])]);
    expect(back.licencesChanged).toEqual([change('c', ['ISC'], ['MIT'])]);
  });

  it('reports no changes between a release and itself', async () => {
    await made('a@1.0.0, own@1.0.0', 'a@2.0.0');
    await send(from, trivy({}));
    const same = await diff(from, from);
    expect(same.components.counts).toMatchObject({ added: 0, upgraded: 0, unchanged: 2 });
    expect(same.findings.counts).toEqual({ new: 0, fixed: 0, unchanged: 1, unknown: 0 });
  });

  it('compares releases of two projects', async () => {
    const other = await createRelease(context.app);
    await made('a@1.0.0', 'a@1.0.0');
    await send(other.id, bom([{ name: 'a', version: '2.0.0' }]));
    const { to: second, components } = await diff(from, other.id);
    expect(second).toMatchObject({ projectId: 2 });
    expect(components.counts).toMatchObject({ upgraded: 1 });
  });
});

describe('GET /releases/{id}/diff/{other}', () => {
  it('limits the lists but not the counts', async () => {
    await made('a@1.0.0, b@1.0.0 MIT, c@1.0.0 MIT', 'b@2.0.0 ISC, c@2.0.0 ISC, d@1.0.0, e@1.0.0');
    await send(to, trivy({}, { id: 'CVE-2020-0001', severity: 'CRITICAL' }));
    const { components, findings } = await diff(from, to, '?limit=1');
    expect(components.counts).toMatchObject({ added: 2, upgraded: 2, licencesChanged: 2 });
    expect(components).toMatchObject({
      added: [{ name: 'd' }],
      removed: [{ name: 'a' }],
      upgraded: [{ name: 'b' }],
      licencesChanged: [{ name: 'b' }],
    });
    expect(findings).toMatchObject({ counts: { new: 2 }, new: [{ rule: 'CVE-2020-0001' }] });
  });

  it('answers 404 if either release does not exist', async () => {
    const missing = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    for (const [first, second] of [
      [missing, to],
      [from, missing],
      [missing, missing],
    ])
      expectProblem(await ask(first, second), 404, 'release-not-found');
  });

  it.each(['limit=0', 'limit=10001', 'limit=x'])('answers 400 for ?%s', async (query) => {
    const problem = expectProblem(await ask(from, to, `?${query}`), 400, 'validation-failed');
    expect(pointers(problem)).toEqual(['/limit']);
  });
});
