import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { grype, sarif, trivy, vex } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { guard, resultOf, waived } from '../support/verdicts.js';

/** What is excused for a vulnerability covers what a tool calls by its id, and nothing else. */

const context = useApp({ AUTH_MODE: 'token' });
const open = useApp();
const EXCUSED = 'CVE-2024-7777';
const OTHER = 'GHSA-aaaa-bbbb-cccc';
let release: string;
let ci: Holder;
useRows(async () => {
  release = (await createRelease(open.app)).id;
  ci = await giveToken({ subject: 'ci', scopes: ['evidence:write'] });
});

const excusedBy: [string, () => Promise<unknown>][] = [
  ['a waiver', () => waived(context.app, { rule: EXCUSED })],
  ['VEX', () => uploaded(open.app, release, vex({ id: EXCUSED }))],
];
const send = (document: unknown, more: object = {}) =>
  uploaded(context.app, release, document, { headers: ci.headers, ...more });
const denies = async () => (await resultOf(open.app, release)).denies;

const cyclonedx = (id: string, reference: string) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  components: [
    {
      type: 'library',
      name: 'lodash',
      version: '4.17.20',
      'bom-ref': 'a',
      purl: 'pkg:npm/lodash@4.17.20',
    },
  ],
  vulnerabilities: [
    {
      id,
      references: [{ id: reference, source: { name: 'NVD' } }],
      ratings: [{ severity: 'critical' }],
      affects: [{ ref: 'a' }],
    },
  ],
});
const osv = (id: string, alias: string) => ({
  results: [
    {
      source: { path: '/src/package-lock.json', type: 'lockfile' },
      packages: [
        {
          package: { name: 'lodash', version: '4.17.20', ecosystem: 'npm' },
          vulnerabilities: [{ id, aliases: [alias], database_specific: { severity: 'CRITICAL' } }],
          groups: [{ ids: [id], aliases: [id, alias], max_severity: '9.8' }],
        },
      ],
    },
  ],
});

describe.each(excusedBy)('%s of a CVE', (_by, excuse) => {
  useRows(async () => {
    await guard(open.app, [{ rule: 'max-findings' }]);
    await excuse();
  });

  it('covers what a tool calls by the CVE', async () => {
    await send(trivy({ id: EXCUSED }));
    expect(await denies()).toBe(false);
  });

  it.each([
    ['VendorIDs of Trivy', trivy({ id: OTHER, also: [EXCUSED], severity: 'CRITICAL' })],
    ['an advisory of a vendor', trivy({ id: 'ELSA-2024-1', also: [EXCUSED] })],
    ['relatedVulnerabilities of Grype', grype({ id: OTHER, also: [EXCUSED] })],
    ['references of CycloneDX', cyclonedx(OTHER, EXCUSED)],
    ['aliases of OSV', osv(OTHER, EXCUSED)],
    [
      'tags of SARIF',
      sarif([{ rule: OTHER }], {
        name: 'govulncheck',
        rules: [{ id: OTHER, properties: { tags: [EXCUSED], 'security-severity': '9.8' } }],
      }),
    ],
  ])('does not cover another id by %s', async (_case, document) => {
    await send(document);
    expect(await denies()).toBe(true);
  });

  it('covers the other id once a caller with vex:write names both', async () => {
    await send(trivy({ id: OTHER, also: [EXCUSED] }));
    expect(await denies()).toBe(true);
    await uploaded(open.app, release, grype({ id: OTHER, also: [EXCUSED] }));
    expect(await denies()).toBe(false);
  });
});

describe('an id of a vulnerability', () => {
  const secret = [
    {
      RuleID: EXCUSED,
      File: 'a.ts',
      StartLine: 1,
      Secret: 'zQ8/+k3?Lw9xV=Tn',
      Match: 'x',
      Description: 'x',
    },
  ];

  it.each(excusedBy)('as the rule of a secret is not covered by %s', async (_by, excuse) => {
    await guard(open.app, [{ rule: 'no-secrets' }]);
    await excuse();
    await send(secret);
    expect(await denies()).toBe(true);
  });

  it.each(excusedBy)('as the rule of code is not covered by %s', async (_by, excuse) => {
    await guard(open.app, [{ rule: 'max-findings', types: ['code'] }]);
    await excuse();
    await send(sarif([{ rule: EXCUSED }], { name: 'CodeQL' }));
    expect(await denies()).toBe(true);
  });
});

it('VEX about the rule of an analysis covers no result of it', async () => {
  await guard(open.app, [{ rule: 'max-findings', types: ['code'] }]);
  await uploaded(open.app, release, vex({ id: 'js/sql-injection' }));
  await send(sarif([{ rule: 'js/sql-injection' }], { name: 'CodeQL' }));
  expect(await denies()).toBe(true);
});
