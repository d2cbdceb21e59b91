import type { EvidenceKind } from '../../kind.js';

const example = {
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  version: '2.1.0',
  runs: [
    {
      tool: {
        driver: {
          name: 'Biome',
          semanticVersion: '2.5.15',
          informationUri: 'https://biomejs.dev',
          rules: [
            {
              id: 'lint/suspicious/noDoubleEquals',
              shortDescription: { text: 'Require the use of `===` and `!==`.' },
              helpUri: 'https://biomejs.dev/linter/rules/no-double-equals',
            },
          ],
        },
      },
      results: [
        {
          ruleId: 'lint/suspicious/noDoubleEquals',
          ruleIndex: 0,
          level: 'error',
          message: { text: 'Using == may be unsafe if you are relying on type coercion.' },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: 'src/orders.js' },
                region: { startLine: 3, snippet: { text: 'if (a == b) return true;' } },
              },
            },
          ],
          suppressions: [
            { kind: 'external', status: 'underReview', justification: 'Both are numbers' },
          ],
        },
      ],
    },
  ],
};

/** SARIF 2.1.0 (OASIS), from any tool. */
export const sarif: EvidenceKind = {
  name: 'sarif',
  summary:
    'Results of static analysis and of scanners as SARIF 2.1.0, from any tool, including suppressions',
  format: 'json',
  uploadFor: { code: 'sarif' },
  alsoReports: ['vulnerability', 'secret', 'misconfiguration', 'licence'],
  mediaType: 'application/sarif+json',
  example,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
