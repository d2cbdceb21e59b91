import { describe, expect, it } from 'vitest';
import { MASK } from '../common/mask.js';
import { document, parse, result } from './sarif.support.js';

const SECRET = 'hunter2-hunter2/=';

const rules = [
  {
    id: 'R1',
    shortDescription: { text: 'API key' },
    helpUri: 'https://scan.example/R1',
    properties: { 'security-severity': '9.5' },
  },
];
const driver = { name: 'gitleaks', rules };

describe('SARIF: a secret', () => {
  it('is neither in findings nor in the stored document', () => {
    const snippet = { text: SECRET, rendered: { markdown: `**${SECRET}**` } };
    const inFlow = {
      location: {
        message: { text: 'flow text' },
        physicalLocation: {
          artifactLocation: { uri: 'src/b.js' },
          region: { startLine: 1, snippet: { text: 'flow code' } },
          contextRegion: { snippet: { text: 'flow context' } },
        },
      },
    };
    const secret = {
      ...result({
        message: { text: 'told', markdown: 'told too', arguments: ['told again'], id: 'default' },
        codeFlows: [{ threadFlows: [{ locations: [inFlow] }] }],
        relatedLocations: [{ ...inFlow.location, id: 1 }],
        fixes: [
          { artifactChanges: [{ replacements: [{ insertedContent: { text: 'new code' } }] }] },
        ],
        properties: { raw: 'raw secret' },
        partialFingerprints: { hash: 'hash' },
        suppressions: [
          { justification: `${SECRET} is for tests`, kind: 'inSource', status: 'accepted' },
        ],
      }),
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: `dir/${SECRET}.js` },
            region: { startLine: 3, snippet },
            contextRegion: { startLine: 2, snippet: { text: `before\n${SECRET}\nafter` } },
          },
        },
      ],
    };
    const before = document(
      [secret, result({ ruleId: 'R2', message: { text: `also ${SECRET}` } })],
      { ...driver, rules: [{ ...rules[0], shortDescription: { text: `API key ${SECRET}` } }] },
      {
        artifacts: [
          { location: { uri: 'x' }, contents: { text: 'embedded', binary: 'ZW1iZWRkZWQ=' } },
        ],
        threadFlowLocations: [inFlow],
        versionControlProvenance: [{ repositoryUri: `https://x/?q=${encodeURIComponent(SECRET)}` }],
      },
    );
    const copy = structuredClone(before);
    const read = parse(before);
    const text = JSON.stringify(read);
    for (const gone of [SECRET, encodeURIComponent(SECRET), 'told', 'flow text', 'flow code'])
      expect(text).not.toContain(gone);
    for (const gone of ['flow context', 'new code', 'raw secret', 'before', 'embedded', 'ZW1i'])
      expect(text).not.toContain(gone);
    expect(before).toEqual(copy);
    expect(read.claims).toMatchObject([
      { justification: undefined, detail: 'inSource', absolves: true },
    ]);
    expect(read.findings?.[0]).toMatchObject({
      location: `dir/${MASK}.js`,
      title: `API key ${MASK}`,
    });
    expect(read.masked).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'gitleaks' } },
          results: [
            {
              ruleId: 'R1',
              message: { text: MASK, markdown: MASK, arguments: [], id: MASK },
              partialFingerprints: {},
              relatedLocations: [],
            },
            { ruleId: 'R2' },
          ],
          artifacts: [{ location: { uri: 'x' }, contents: { text: MASK, binary: MASK } }],
        },
      ],
    });
  });

  it('is masked in results of other rules, even if only the surrounding code is given', () => {
    const line = `const password = "${SECRET}";`;
    const around = (fields: object) => ({
      ...result(fields),
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'src/a.js' },
            region: { startLine: 5 },
            contextRegion: { startLine: 4, snippet: { text: `x();\n  ${line}\ny();\n` } },
          },
        },
      ],
    });
    const read = parse(
      document([around({ ruleId: 'cred' }), around({ ruleId: 'style' })], {
        rules: [{ id: 'cred', properties: { tags: ['external/cwe/cwe-798'] } }],
      }),
    );
    expect(read.findings?.map(({ type }) => type)).toEqual(['secret', 'code']);
    expect(JSON.stringify(read)).not.toContain(SECRET);
    expect(JSON.stringify(read.masked)).toContain('x();');
  });

  it('is masked even if its result is absent or passes', () => {
    const read = parse(document([result({ baselineState: 'absent' }, 3, SECRET)], driver));
    expect(read.findings).toEqual([]);
    expect(JSON.stringify(read.masked)).not.toContain(SECRET);
  });

  it('is masked even if only related locations show it', () => {
    const at = (text: string) => ({
      physicalLocation: { region: { startLine: 1, snippet: { text } } },
    });
    const context = {
      physicalLocation: {
        region: { startLine: 2, endLine: 2 },
        contextRegion: { startLine: 1, snippet: { text: 'one\r\nthe second\r\nthree' } },
      },
    };
    const secret = result({
      locations: [at('first-one'), at('other-one')],
      relatedLocations: [at('related-one'), context, null, {}, at('REDACTED')],
    });
    const text = 'first-one other-one related-one "the second" three REDACTED';
    const read = parse(document([secret], driver, { properties: { text } }));
    expect(read.masked).toMatchObject({
      runs: [{ properties: { text: `${MASK} ${MASK} ${MASK} "${MASK}" three REDACTED` } }],
    });
  });
});
