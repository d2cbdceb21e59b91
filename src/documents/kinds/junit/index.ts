import type { EvidenceKind } from '../../kind.js';

const example = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="vitest tests">
  <testsuite name="src/orders.test.ts">
    <testcase classname="src/orders.test.ts" name="orders &gt; adds up" time="0.004"/>
    <testcase classname="src/orders.test.ts" name="orders &gt; rounds" time="0.011">
      <failure message="expected 1 to be 1.01" type="AssertionError">at src/orders.test.ts:14:21</failure>
    </testcase>
    <testcase classname="src/orders.test.ts" name="orders &gt; prints" time="0">
      <skipped/>
    </testcase>
  </testsuite>
</testsuites>
`;

const attribute = (example: string) => ({
  type: 'string',
  xml: { attribute: true },
  examples: [example],
});

const shape = {
  type: 'object',
  xml: { name: 'testsuites' },
  properties: {
    testsuite: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: attribute('src/orders.test.ts'),
          testcase: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                classname: attribute('src/orders.test.ts'),
                name: attribute('orders > adds up'),
                time: attribute('0.004'),
              },
            },
          },
        },
      },
    },
  },
};

/** JUnit XML has no standard. The parser reads what the common test runners write. */
export const junit: EvidenceKind = {
  name: 'junit',
  summary: 'Test results as JUnit XML, from any test runner',
  format: 'xml',
  uploadFor: { tests: 'junit' },
  example,
  shape,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
