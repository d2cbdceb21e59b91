import { describe, expect, it } from 'vitest';
import { document, parse, result } from './sarif.support.js';

const SECRET = 'hunter2-hunter2/=';
const driver = { name: 'gitleaks', rules: [{ id: 'R1' }] };

describe('SARIF: a result that has a secret', () => {
  it('keeps the rule, the place and the suppressions', () => {
    const place = {
      artifactLocation: { uri: 'src/a.js', uriBaseId: 'ROOT', index: 0 },
      region: { startLine: 3, startColumn: 1, endLine: 4, endColumn: 9, charOffset: 2 },
    };
    const left = {
      ruleId: 'R1',
      ruleIndex: 0,
      rule: { id: 'R1', index: 0 },
      level: 'error',
      kind: 'fail',
      baselineState: 'new',
      suppressions: [{ kind: 'external', status: 'accepted' }],
      locations: [{ physicalLocation: place }],
    };
    const { masked } = parse(document([left], driver));
    expect(masked).toMatchObject({ runs: [{ results: [left] }] });
    const told = { words: 'told', told: ['told'], deep: { told: 'told' } };
    const more = {
      ...told,
      guid: 'told',
      webRequest: { parameters: { told: 'told' }, body: { text: 'told' } },
      codeFlows: [{ threadFlows: [{ locations: [{ state: { told: { text: 'told' } } }] }] }],
      stacks: [{ frames: [{ parameters: ['told'] }] }],
      hostedViewerUri: 'https://x/?told',
      occurrenceCount: 4711,
      properties: told,
      fingerprints: { told: 'told' },
      rule: { ...left.rule, guid: 'told', toolComponent: { guid: 'told', name: 'told' } },
      suppressions: [{ ...left.suppressions[0], justification: 'told', guid: 'told' }],
      level: told,
      locations: [
        {
          logicalLocations: [{ name: 'told', fullyQualifiedName: 'told' }],
          message: { text: 'told' },
          annotations: [{ snippet: { text: 'told' } }],
          properties: told,
          physicalLocation: {
            ...place,
            address: { name: 'told' },
            region: { ...place.region, sourceLanguage: 'told', message: { text: 'told' } },
          },
        },
      ],
    };
    const inRun = {
      webRequests: [{ headers: { told: 'told' } }],
      logicalLocations: [{ name: 'told' }, { name: 'told' }],
    };
    const read = parse({
      ...document([{ ...left, ...more, level: 'error' }], driver, inRun),
      inlineExternalProperties: [{ results: [{ message: { text: 'told' } }] }],
    });
    expect(JSON.stringify(read)).not.toMatch(/"[^"]*(?:told|4711)[^"]*"(?!:(?:"\*{3}"|\[\]|\{\}))/);
    expect(read.masked).toMatchObject({
      runs: [{ results: [left], webRequests: [{}], logicalLocations: [{}, {}] }],
    });
    // The masked document can be parsed again.
    expect(parse(read.masked).findings).toHaveLength(1);
  });

  it.each([null, [], 'told', 1, {}])('is masked if its fields have the wrong type: %j', (value) => {
    const names = [
      'fingerprints',
      'properties',
      'taxa',
      'relatedLocations',
      'codeFlows',
      'webRequest',
    ];
    const odd = Object.fromEntries(names.map((name) => [name, value]));
    const read = parse(document([result(odd, 3, SECRET)], driver));
    expect(JSON.stringify(read)).not.toMatch(/told|hunter2/);
  });
});
