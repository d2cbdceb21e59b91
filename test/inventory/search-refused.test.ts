import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { expectProblem, pointers } from '../support/requests.js';

const context = useApp();

describe.each([
  ['/components', 'purl', 'pkg:npm/lodash'],
  ['/findings', 'cve', 'CVE-2021-23337'],
])('GET %s: 400', (url, name, value) => {
  const cursor = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url');
  const ID = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';

  it.each<[Record<string, string>, string]>([
    [{}, `/${name}`],
    [{ [name]: '' }, `/${name}`],
    [{ [name]: value, limit: '0' }, '/limit'],
    [{ [name]: value, cursor: cursor([ID, 1]) }, '/cursor'],
    [{ [name]: value, cursor: cursor(['1', ID, 1]) }, '/cursor'],
    [{ [name]: value, kind: 'trivy' }, '/kind'],
  ])('%j', async (query, pointer) => {
    const response = await context.app.inject({ url, query });
    const problem = expectProblem(response, 400, 'validation-failed');
    expect(new Set(pointers(problem))).toEqual(new Set([pointer]));
  });

  it('for text that is not a package URL', async () => {
    for (const purl of [
      'log4j',
      'pkg:',
      'pkg:npm',
      'pkg:npm/',
      'pkg:/a',
      'pkg:npm/a@%00',
      'pkg:npm/a@1%00',
    ]) {
      const response = await context.app.inject({ url: '/components', query: { purl } });
      const problem = expectProblem(response, 400, 'validation-failed');
      expect(problem.errors).toEqual([
        {
          in: 'query',
          pointer: '/purl',
          message: expect.stringMatching(/^is not a package URL, such as/),
        },
      ]);
    }
  });
});
