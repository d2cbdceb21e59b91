import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../vocabulary/coverage.js';
import { parser as cyclonedx } from '../cyclonedx/parser.js';
import { parser as grype } from '../grype/parser.js';
import { parser as npmAudit } from '../npm-audit/parser.js';
import { parser as osv } from '../osv/parser.js';
import { parser as spdx } from '../spdx/parser.js';
import { parser as trivy } from '../trivy/parser.js';
import { reportedError } from './reported-error.js';

describe('an error at the top of a report', () => {
  it.each([
    ['the database could not be loaded', 'the database could not be loaded'],
    [{ code: 1, message: 'no network' }, 'no network'],
    [{ code: 1, summary: 'no network' }, 'no network'],
    [['no network'], 'no network'],
    [[{ detail: 'no network' }], 'no network'],
    [{ code: 1 }, 'without a message'],
    [true, 'without a message'],
  ])('%j', (error, text) => {
    expect(reportedError({ error })).toContain(`it has an error: ${text}. Correct it`);
    expect(reportedError({ errors: error })).toContain(text);
    expect(reportedError({ Errors: error })).toContain(text);
    expect(reportedError({}, [{}, { ERROR: error }])).toContain(text);
  });

  it.each([[undefined], [null], [''], [[]], [{}], [false], [0]])('is not %j', (error) => {
    expect(reportedError({ error, errors: error })).toBeUndefined();
  });

  it.each([
    [
      grype,
      {
        matches: [],
        distro: { name: 'debian' },
        descriptor: { name: 'grype', db: { valid: true } },
      },
    ],
    [
      npmAudit,
      {
        auditReportVersion: 2,
        vulnerabilities: {},
        metadata: {
          vulnerabilities: { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 },
          dependencies: { total: 3 },
        },
      },
    ],
    [
      npmAudit,
      { advisories: {}, metadata: { vulnerabilities: { critical: 0 }, totalDependencies: 3 } },
    ],
    [
      osv,
      {
        results: [
          {
            source: { path: 'package-lock.json', type: 'lockfile' },
            packages: [{ package: { name: 'a', version: '1', ecosystem: 'npm' } }],
          },
        ],
      },
    ],
    [
      trivy,
      {
        SchemaVersion: 2,
        ArtifactName: 'shop',
        Results: [{ Class: 'lang-pkgs', Packages: [{ Name: 'a' }] }],
      },
    ],
  ])('makes the silence of a report show nothing', (parser, document) => {
    const read = (more: object) =>
      parser.parse({ ...document, ...more }, { secretKey: new Uint8Array(32) }).coverage;
    expect(shownBy(read({}))).toEqual(['vulnerability']);
    expect(read({ error: 'no network' })).toMatchObject([
      { ran: 'failed', reason: expect.stringContaining('no network') },
    ]);
  });
});

it.each([
  [
    cyclonedx,
    { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ type: 'library', name: 'a' }] },
  ],
  [spdx, { spdxVersion: 'SPDX-2.3', SPDXID: 'x', packages: [{ SPDXID: 'a', name: 'a' }] }],
])('an error at the top of an SBOM makes it show nothing', (parser, document) => {
  const read = (more: object) =>
    parser.parse({ ...document, ...more }, { secretKey: new Uint8Array(32) }).coverage;
  expect(shownBy(read({}))).toEqual(['components']);
  expect(read({ Errors: ['no lock file'] })).toMatchObject([
    { ran: 'failed', reason: expect.stringContaining('no lock file') },
  ]);
});
