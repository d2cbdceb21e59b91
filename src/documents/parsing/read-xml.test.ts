import { describe, expect, it } from 'vitest';
import { DocumentFault } from '../fault.js';
import { readXml } from './read-xml.js';

function faultOf(text: string): DocumentFault {
  try {
    readXml(text);
  } catch (error) {
    if (error instanceof DocumentFault) return error;
    throw error;
  }
  throw new Error('the document was accepted');
}

describe('readXml: accepted documents', () => {
  it('keeps names, attributes, children in order and own text', () => {
    const root = readXml(
      '<?xml version="1.0" encoding="UTF-8"?>\n<!-- x -->\n<a one="1" two=\'"2"\'>t<b/><!-- c -->u<c>v</c>w<b k="2"></b></a>\n<!-- end -->',
    );
    expect(root).toEqual({
      name: 'a',
      attributes: new Map([
        ['one', '1'],
        ['two', '"2"'],
      ]),
      text: 'tuw',
      children: [
        { name: 'b', attributes: new Map(), children: [], text: '' },
        { name: 'c', attributes: new Map(), children: [], text: 'v' },
        { name: 'b', attributes: new Map([['k', '2']]), children: [], text: '' },
      ],
    });
  });

  it('expands predefined and numeric entities once, in text and attributes, not in CDATA', () => {
    const root = readXml(
      '<a b="&lt;&#10;&#x41;&quot;&amp;lt;">&gt;&apos;&amp;amp;<![CDATA[&lt;]]>&#x1F600;&#1114112;&#xD800;</a>',
    );
    expect(root.attributes.get('b')).toBe('<\nA"&lt;');
    expect(root.text).toBe(">'&amp;&lt;\u{1f600}\ufffd\ufffd");
  });

  it('accepts a byte order mark, processing instructions, Windows line ends, and values that look like numbers', () => {
    const root = readXml(
      "\ufeff<?xml version='1.0'?>\r\n<?xml-stylesheet don't?>\r\n<a n='007'>1\r\n2</a>",
    );
    expect(root.text).toBe('1\n2');
    expect(root.attributes.get('n')).toBe('007');
  });

  it('reads markup in CDATA as text, and ignores markup in comments', () => {
    const html = '<!DOCTYPE html><p title="a>b">don\'t &nbsp;</br>';
    const root = readXml(`<a><!-- ${html} --><![CDATA[${html}]]></a>`);
    expect(root).toMatchObject({ text: html, children: [] });
  });

  it.each(['US-ASCII', 'utf-8', 'UTF8'])('accepts the encoding %s', (encoding) => {
    expect(readXml(`<?xml version="1.0" encoding="${encoding}"?><a/>`).name).toBe('a');
  });

  it('keeps long text complete, including entities and the end of CDATA', () => {
    const long = 'x &amp; &#93;]&gt; '.repeat(2000);
    expect(readXml(`<a>${long}</a>`).text).toBe('x & ]]> '.repeat(2000));
    expect(readXml(`<a>${'y &lt; '.repeat(2000)}<b/></a>`).text).toBe('y < '.repeat(2000));
  });

  it('reads names of object members, such as __proto__, as plain names', () => {
    const root = readXml('<a __proto__="1" constructor="2"><toString hasOwnProperty="3"/></a>');
    expect([...root.attributes]).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
    expect(root.children[0]?.name).toBe('toString');
    expect(root.children[0]?.attributes.get('hasOwnProperty')).toBe('3');
    expect(faultOf('<a><__proto__><b/></__proto__></a>').fault).toContain('not allowed');
    expect(Object.hasOwn(Object.prototype, 'b')).toBe(false);
  });
});

describe('readXml: a DOCTYPE without declarations', () => {
  it.each([
    '<!DOCTYPE testsuites>',
    '<!doctype html\n>',
    '<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">',
    `<!DOCTYPE a PUBLIC "-//A//DTD > <b>//EN" 'a>b.dtd' >`,
  ])('skips %j', (doctype) => {
    expect(readXml(`${doctype}<a b="1">t</a>`)).toMatchObject({ name: 'a', text: 't' });
  });

  it('keeps the positions of faults', () => {
    const { position } = faultOf('<!DOCTYPE a\nSYSTEM "b"><a>\n<b></a>');
    expect(position).toEqual({ line: 3, column: 4 });
  });
});

describe('readXml: refused documents', () => {
  it.each([
    ['<?xml version="1.0"?>\n  <!doctype a [<!ENTITY b "c">]><a>&b;</a>', 'declarations', 2, 3],
    ['<!DOCTYPE a []><a/>', 'has a DOCTYPE with declarations, which are not allowed', 1, 1],
    ['<!DOCTYPE a SYSTEM "a.dtd" [<!ENTITY b SYSTEM "/etc/passwd">]><a/>', 'declarations', 1, 1],
    ['<!DOCTYPE a', 'declarations', 1, 1],
    ['<!DOCTYPE a><!DOCTYPE a><a/>', 'DOCTYPE that is not before the root', 1, 13],
    ['<!DOCTYPE a><a>&b;</a>', 'has an entity that is not predefined', 1, 16],
    ['<a>\n<!DOCTYPE b></a>', 'has a DOCTYPE that is not before the root element', 2, 1],
    ['<a/>\n<!DOCTYPE a>', 'has a DOCTYPE that is not before the root element', 2, 1],
    ['<a>\n <b>&nbsp;</b></a>', 'has an entity that is not predefined', 2, 5],
    ['<a b="&c;"/>', 'entity', 1, 7],
    ['<a>1 & 2</a>', 'entity', 1, 6],
    ['<a>&lt</a>', 'entity', 1, 4],
    ['<a/>\n<b/>', 'has more than one root element', 2, 1],
    ['<a></a><b></b>', 'more than one root', 1, 8],
    ['<a></a>\nx', 'has text outside the root element', 2, 1],
    ['x<a/>', 'outside', 1, 1],
    ['<a/><![CDATA[x]]>', 'outside', 1, 5],
    ['<a><!-- </a>', 'has a comment that is not closed', 1, 4],
    ['<a><![CDATA[ </a>', 'has a CDATA section that is not closed', 1, 4],
    ['<?a <b/>', 'has a processing instruction that is not closed', 1, 1],
    ['<a', 'has a tag that is not closed', 1, 1],
    ['<a b="></a>', 'not closed', 1, 1],
    ['<a><!ELEMENT b></a>', 'not closed', 1, 4],
    ['<a b="<"/>', 'has < in an attribute', 1, 7],
    ['<a></a></a>', 'has a closing tag without an opening tag', 1, 8],
    ['<a></a/>', 'without an opening tag', 1, 4],
    ['<a>\n<b></a>', "Expected closing tag 'b'", 2, 4],
    ['<a>\n', "Unclosed tag 'a'", 1, 1],
    ['<a b="1" b="2"/>', "Attribute 'b' is repeated", 1, 10],
    ['<a b/>', 'is not well-formed', 1, 4],
    ['<a b=c/>', 'is not well-formed', 1, 4],
    ['<1/>', 'is not well-formed', 1, 3],
    [' <?xml version="1.0"?><a/>', 'has an XML declaration that is not at the beginning', 1, 2],
    ['', 'has no element', 1, 1],
    ['{"a": 1}', 'outside', 1, 1],
  ])('refuses %j', (text, fault, line, column) => {
    expect(faultOf(text)).toMatchObject({
      fault: expect.stringContaining(fault),
      pointer: '',
      position: { line, column },
      reason: 'invalid',
    });
  });

  it('refuses more than 100 levels of elements', () => {
    const nested = (levels: number) => `${'<a>'.repeat(levels)}${'</a>'.repeat(levels)}`;
    expect(readXml(nested(100)).name).toBe('a');
    expect(faultOf(nested(101))).toMatchObject({
      fault: 'has more than 100 levels of elements',
      reason: 'invalid',
      position: { line: 1, column: 301 },
    });
    expect(faultOf(`${'<a>'.repeat(100)}<b/>`).fault).toContain('100 levels');
    expect(faultOf('<a>'.repeat(3_000_000)).fault).toContain('100 levels');
  });

  it('refuses a tag of more than 4,000,000 characters', () => {
    expect(faultOf(`<a b="${'x'.repeat(4_000_001)}"/>`).reason).toBe('limit');
  });
});
