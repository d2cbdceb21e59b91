import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../vocabulary/coverage.js';
import { faultOf } from '../../fault.support.js';
import { readXml } from '../../parsing/read-xml.js';
import { parse as parseJson } from '../cyclonedx/cyclonedx.support.js';
import { cyclonedxXml } from './index.js';
import { parser } from './parser.js';

const parse = (text: string) => parser.parse(readXml(text), { secretKey: new Uint8Array(32) });
const NAMESPACE = 'http://cyclonedx.org/schema/bom';
const bom = (content: string, version = '1.6') =>
  `<bom xmlns="${NAMESPACE}/${version}">${content}</bom>`;
const A = `sha256:${'a'.repeat(64)}`;

describe('recognizes', () => {
  it.each([bom(''), bom('', '1.0'), `<c:bom xmlns:c="${NAMESPACE}/1.4"/>`])('%s', (text) =>
    expect(parser.recognizes(readXml(text))).toBe(true),
  );

  it.each([
    '<bom/>',
    '<bom xmlns="https://example.com/bom/1.6"/>',
    `<c:bom xmlns="${NAMESPACE}/1.4"/>`,
    `<sbom xmlns="${NAMESPACE}/1.4"/>`,
    '<testsuites/>',
  ])('not %s', (text) => expect(parser.recognizes(readXml(text))).toBe(false));
});

describe('the same content as in JSON', () => {
  const xml = `
    <metadata>
      <timestamp>2026-01-02T03:04:05Z</timestamp>
      <tools><tool><vendor>aquasecurity</vendor><name>trivy</name><version>0.65.0</version></tool></tools>
      <component type="container" bom-ref="root">
        <name>shop:1</name>
        <properties><property name="aquasecurity:trivy:RepoDigest">shop@${A}</property></properties>
        <components><component type="file"><name>nested</name></component></components>
      </component>
    </metadata>
    <components>
      <component type="library" bom-ref="log">
        <group>org.example</group><name>log</name><version>1.0</version>
        <licenses>
          <license><id>mit</id></license>
          <license><name>House &amp; co</name></license>
          <expression>ISC OR Zlib</expression>
          <license><url>https://example.org/l</url></license>
        </licenses>
        <purl>pkg:maven/org.example/log@1.0</purl>
      </component>
      <component type="file"><name>a.jar</name></component>
    </components>
    <compositions><composition><aggregate>incomplete</aggregate></composition></compositions>
    <vulnerabilities>
      <vulnerability bom-ref="v">
        <id>CVE-2024-1</id>
        <source><name>NVD</name><url>https://nvd.example/1</url></source>
        <references><reference><id>GHSA-aaaa-bbbb-cccc</id><source><name>G</name></source></reference></references>
        <ratings><rating>
          <source><name>NVD</name></source><score>9.8</score><severity>critical</severity><method>CVSSv31</method>
        </rating></ratings>
        <description>Bad.</description>
        <recommendation>Upgrade log to version 1.1</recommendation>
        <affects><target><ref>log</ref></target></affects>
      </vulnerability>
      <vulnerability>
        <id>CVE-2024-2</id>
        <advisories><advisory><url>https://a.example/2</url></advisory></advisories>
        <analysis>
          <state>exploitable</state><responses><response>will_not_fix</response></responses>
          <detail>Rare.</detail>
        </analysis>
        <affects><target><ref>log</ref>
          <versions><version><version>2.0</version><status>unaffected</status></version></versions>
        </target></affects>
      </vulnerability>
    </vulnerabilities>`;
  const json = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: {
      timestamp: '2026-01-02T03:04:05Z',
      tools: [{ vendor: 'aquasecurity', name: 'trivy', version: '0.65.0' }],
      component: {
        type: 'container',
        name: 'shop:1',
        'bom-ref': 'root',
        properties: [{ name: 'aquasecurity:trivy:RepoDigest', value: `shop@${A}` }],
        components: [{ type: 'file', name: 'nested' }],
      },
    },
    components: [
      {
        type: 'library',
        'bom-ref': 'log',
        group: 'org.example',
        name: 'log',
        version: '1.0',
        licenses: [
          { license: { id: 'MIT' } },
          { license: { name: 'House & co' } },
          { expression: 'ISC OR Zlib' },
          { license: { name: 'https://example.org/l' } },
        ],
        purl: 'pkg:maven/org.example/log@1.0',
      },
      { type: 'file', name: 'a.jar' },
    ],
    compositions: [{ aggregate: 'incomplete' }],
    vulnerabilities: [
      {
        id: 'CVE-2024-1',
        source: { name: 'NVD', url: 'https://nvd.example/1' },
        references: [{ id: 'GHSA-aaaa-bbbb-cccc', source: { name: 'G' } }],
        ratings: [{ source: { name: 'NVD' }, score: 9.8, severity: 'critical', method: 'CVSSv31' }],
        description: 'Bad.',
        recommendation: 'Upgrade log to version 1.1',
        affects: [{ ref: 'log' }],
      },
      {
        id: 'CVE-2024-2',
        advisories: [{ url: 'https://a.example/2' }],
        analysis: { state: 'exploitable', response: ['will_not_fix'], detail: 'Rare.' },
        affects: [{ ref: 'log', versions: [{ version: '2.0', status: 'unaffected' }] }],
      },
    ],
  };
  // The official schema, which XML is not compared with, warns of expressions beside ids.
  const { warnings: _ofSchema, ...expected } = parseJson(json);

  it('is read alike', () => {
    const { warnings, ...content } = parse(bom(xml));
    expect(content).toEqual(expected);
    expect(content.coverage.map(({ ran }) => ran)).toEqual(['yes', 'yes']);
    expect([content.components?.length, content.findings?.length]).toEqual([3, 2]);
    expect(warnings).toEqual([expect.objectContaining({ pointer: '/compositions/0/aggregate' })]);
  });

  it('is read with a prefix, without elements of other namespaces', () => {
    const prefixed = xml.replace(/<(\/?)(?=[a-z])/g, '<$1c:');
    const text = `<c:bom xmlns:c="${NAMESPACE}/1.6"><components/>${prefixed}</c:bom>`;
    const { warnings: _warnings, ...content } = parse(text);
    expect(content).toEqual(expected);
  });
});

describe('coverage', () => {
  it('is that of JSON: nothing is not an SBOM, and an empty list is not a scan', () => {
    expect(parse(bom('')).coverage).toMatchObject([{ what: 'components', ran: 'unknown' }]);
    expect(parse(bom('<components/>')).coverage).toMatchObject([{ ran: 'unknown', lookedAt: 0 }]);
    const component = '<component type="library"><name>a</name></component>';
    const { coverage } = parse(bom(`<components>${component}</components><vulnerabilities/>`));
    expect(shownBy(coverage)).toEqual(['components']);
    expect(coverage).toMatchObject([{ ran: 'yes' }, { what: 'vulnerability', ran: 'unknown' }]);
    const file = component.replace('library', 'file');
    expect(shownBy(parse(bom(`<components>${file}</components>`)).coverage)).toEqual([]);
  });

  it('tells of vulnerabilities in the extension of older versions', () => {
    const { coverage, warnings } = parse(
      `<bom xmlns="${NAMESPACE}/1.3" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0">
        <components><component type="library"><name>a</name>
          <v:vulnerabilities><v:vulnerability><v:id>CVE-1</v:id></v:vulnerability></v:vulnerabilities>
        </component></components>
      </bom>`,
    );
    expect(coverage).toMatchObject([
      { what: 'components', ran: 'yes' },
      { what: 'vulnerability', ran: 'unknown', reason: expect.stringContaining('extension') },
    ]);
    expect(warnings).toHaveLength(1);
  });
});

it('reads each list of licences, and those that were found in the files', () => {
  const list = (id: string) => `<licenses><license><id>${id}</id></license></licenses>`;
  const read = (content: string) =>
    parse(
      bom(
        `<components><component type="library"><name>a</name>${content}</component></components>`,
      ),
    ).components?.[0]?.licences;
  expect(read(list('MIT') + list('AGPL-3.0-only'))).toEqual(['MIT', 'AGPL-3.0-only']);
  expect(read(`<evidence>${list('AGPL-3.0-only')}</evidence>`)).toEqual([
    'AGPL-3.0-only',
    'NOASSERTION',
  ]);
  expect(read(`${list('MIT')}<evidence>${list('ISC')}</evidence>`)).toEqual([
    'MIT',
    'also found: ISC',
  ]);
  expect(read('')).toEqual([]);
});

describe('refuses', () => {
  it.each([
    ['<bom/>', '', /^must have the root element bom/],
    [bom('', '1.1'), '', /^must be CycloneDX 1\.2, .* and is 1\.1$/],
    [bom('<components><component type="file"/></components>'), '/components/0/name', /required/],
    [
      bom('<Components><component type="file"/></Components>'),
      '',
      /<?Components, .* is components/,
    ],
    [
      `<c:bom xmlns:c="${NAMESPACE}/1.6"><c:vulnerabilities><c:Vulnerability/></c:vulnerabilities></c:bom>`,
      '',
      /c:Vulnerability, .* is c:vulnerability/,
    ],
    [
      bom('<components><component><name>a</name></component></components>'),
      '/components/0/type',
      /required/,
    ],
    [
      bom(
        '<vulnerabilities><vulnerability><id>x</id><affects><target/></affects></vulnerability></vulnerabilities>',
      ),
      '/vulnerabilities/0/affects/0/ref',
      /required/,
    ],
  ])('%s', (text, pointer, fault) => {
    expect(faultOf(() => parse(text))).toMatchObject({
      pointer,
      fault: expect.stringMatching(fault),
    });
  });
});

describe('an element that the schema allows once', () => {
  const vulnerability = (inner: string) =>
    bom(
      `<vulnerabilities><vulnerability><id>CVE-2024-1</id>${inner}</vulnerability></vulnerabilities>`,
    );
  const component = (inner: string) =>
    bom(`<components><component type="library"><name>a</name>${inner}</component></components>`);

  it.each([
    [
      vulnerability(
        '<analysis><state>exploitable</state></analysis><analysis><state>not_affected</state></analysis>',
      ),
      'analysis',
    ],
    [
      vulnerability('<analysis><state>not_affected</state><state>exploitable</state></analysis>'),
      'state',
    ],
    [
      vulnerability(
        '<ratings><rating><severity>low</severity><severity>critical</severity></rating></ratings>',
      ),
      'severity',
    ],
    [vulnerability('<id>CVE-2024-2</id>'), 'id'],
    [component('<purl>pkg:npm/a@1</purl><purl>pkg:npm/b@1</purl>'), 'purl'],
    [component('<version>1</version><version>2</version>'), 'version'],
    [
      bom('<metadata/><metadata><timestamp>2026-01-15T09:30:00Z</timestamp></metadata>'),
      'metadata',
    ],
    [
      bom(
        '<metadata><component type="application"><name>a</name></component><component type="application"><name>b</name></component></metadata>',
      ),
      'component',
    ],
  ])('is refused if it is there twice: %s', (text, name) => {
    expect(faultOf(() => parse(text)).fault).toMatch(
      new RegExp(`has the element ${name} more than once`),
    );
  });

  it('is read if both say the same', () => {
    expect(parse(component('<version>1</version><version> 1 </version>')).components).toMatchObject(
      [{ name: 'a', version: '1' }],
    );
  });
});

describe('an element of CycloneDX with another prefix than the root', () => {
  const NS = `${NAMESPACE}/1.5`;
  it.each([
    `<bom xmlns="${NS}" xmlns:q="${NS}"><components><q:component/></components></bom>`,
    `<bom xmlns="${NS}"><q:components xmlns:q="${NAMESPACE}/1.4"/></bom>`,
    `<q:bom xmlns:q="${NS}"><q:components><component xmlns="${NS}"/></q:components></q:bom>`,
    `<q:bom xmlns:q="${NS}" xmlns:r="${NS}"><r:vulnerabilities/></q:bom>`,
  ])('is refused: %s', (text) =>
    expect(faultOf(() => parse(text)).message).toContain('with another prefix'),
  );

  it.each([
    `<bom xmlns="${NS}" xmlns:q="${NS}"><components/></bom>`,
    `<bom xmlns="${NS}" xmlns:x="https://example.com"><x:components/></bom>`,
    `<q:bom xmlns:q="${NS}" xmlns="https://example.com"><components/></q:bom>`,
  ])('is not one of an extension: %s', (text) => expect(parse(text).components ?? []).toEqual([]));
});

it('reads its example', () => {
  const { components, tool, specVersion } = parse(String(cyclonedxXml.example));
  expect([components?.length, tool, specVersion]).toEqual([1, 'cyclonedx-maven-plugin', '1.6']);
});
