import { parser } from './parser.js';

/** Makes small documents for tests. */

export const context = { secretKey: new Uint8Array(32).fill(7) };

export const parse = (document: unknown) => parser.parse(document, context);

/** A result of the rule R1 in src/a.js. */
export const result = (fields: object = {}, startLine = 3, snippet?: string) => ({
  ruleId: 'R1',
  message: { text: 'is wrong' },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: 'src/a.js' },
        region: { startLine, ...(snippet === undefined ? {} : { snippet: { text: snippet } }) },
      },
    },
  ],
  ...fields,
});

/** ESLint lists the files that it read. */
export const artifacts = [{ location: { uri: 'src/a.js' } }];

export const run = (results: unknown, driver: object = {}, more: object = {}) => ({
  tool: { driver: { name: 'ESLint', ...driver } },
  artifacts,
  results,
  ...more,
});

export const document = (results: unknown, driver: object = {}, more: object = {}) => ({
  version: '2.1.0',
  runs: [run(results, driver, more)],
});

/** @returns the finding of a document with one result, if it has any */
export const one = (result: unknown, driver: object = {}, more: object = {}) =>
  parse(document([result], driver, more)).findings?.[0];

/** @returns the fingerprints of the results of one document */
export const fingerprints = (...results: unknown[]) =>
  (parse(document(results)).findings ?? []).map(({ fingerprint }) => fingerprint);
