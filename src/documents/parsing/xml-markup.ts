import { DocumentFault } from '../fault.js';

/** Maximum levels of nested elements. */
export const MAX_DEPTH = 100;
const MAX_ELEMENTS = 1_000_000;
/** Limits in characters. The library uses about 40 bytes of memory for each character of a tag or a text. */
const MAX_TAG = 4_000_000;
const LONG_TEXT = 10_000;

const ENTITY = /&(lt|gt|amp|quot|apos|#\d{1,7}|#x[\da-f]{1,6});/gi;
const NO_ENTITY = /&(?!(?:lt|gt|amp|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)/;
const PREDEFINED = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

const SPACE = '[ \\t\\r\\n]';
const QUOTED = `(?:"[^"]{0,2000}"|'[^']{0,2000}')`;
/** A DOCTYPE without an internal subset (XML 1.0, production 28). HTML's form of it has lower-case letters. */
const DOCTYPE = new RegExp(
  `<!doctype${SPACE}+[^\\s<>"'\\[]{1,200}` +
    `(?:${SPACE}+(?:system|public${SPACE}+${QUOTED})(?:${SPACE}+${QUOTED})?)?${SPACE}*>`,
  'iy',
);

export interface CheckedMarkup {
  /** Without DOCTYPE, comments and processing instructions. */
  readonly markup: string;
  /** Complete, but blanks replace the DOCTYPE. */
  readonly document: string;
}

/** Expands predefined and numeric entities. `checkedMarkup` has refused all others. */
export function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (_, name: string) => {
    const known = PREDEFINED.get(name);
    if (known !== undefined) return known;
    const code = Number(name.startsWith('#x') ? `0x${name.slice(2)}` : name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : '\ufffd';
  });
}

function faultAt(text: string, index: number, fault: string, reason?: 'limit'): DocumentFault {
  const before = text.slice(0, index);
  const line = before.split('\n').length;
  return new DocumentFault(fault, '', { line, column: index - before.lastIndexOf('\n') }, reason);
}

/** @returns the index of the `>` outside quotes that ends a tag, or -1 */
function endOfTag(text: string, start: number): number {
  for (let i = start; i < text.length; i += 1) {
    const char = text[i];
    if (char === '>') return i;
    if (char === '<') return -1;
    if (char !== '"' && char !== "'") continue;
    const end = text.indexOf(char, i + 1);
    if (end < 0) return -1;
    i = end;
  }
  return -1;
}

/**
 * Walks through the markup and refuses what the library would accept: declarations, custom entities, several roots,
 * content outside the root, unclosed markup, and more than the limits above.
 */
class Walk {
  private depth = 0;
  private elements = 0;
  /** The markup for the library, without comments and processing instructions. */
  private readonly kept: string[] = [];
  private document: string;

  constructor(private readonly text: string) {
    this.document = text;
  }

  private fault(index: number, fault: string, reason?: 'limit'): never {
    throw faultAt(this.text, index, fault, reason);
  }

  run(): CheckedMarkup {
    const { text } = this;
    let at = 0;
    for (let start = text.indexOf('<'); start >= 0; start = text.indexOf('<', at)) {
      this.characters(at, start);
      at = this.markup(start);
    }
    this.characters(at, text.length);
    if (this.elements === 0) this.fault(0, 'has no element');
    return { markup: this.kept.join(''), document: this.document };
  }

  private characters(start: number, end: number): void {
    if (start === end) return;
    const piece = this.text.slice(start, end);
    if (this.depth === 0) {
      const visible = piece.search(/[^ \t\r\n]/);
      if (visible >= 0) this.fault(start + visible, 'has text outside the root element');
      return;
    }
    this.entities(start, piece);
    // The library reads text character by character, and CDATA in one step.
    const long = end - start > LONG_TEXT && !piece.includes(']]') ? decode(piece) : '';
    this.kept.push(long && !long.includes(']]>') ? `<![CDATA[${long}]]>` : piece);
  }

  private entities(start: number, piece: string): void {
    const wrong = piece.includes('&') ? piece.search(NO_ENTITY) : -1;
    if (wrong >= 0)
      this.fault(start + wrong, 'has an entity that is not predefined. Write & as &amp;');
  }

  private markup(start: number): number {
    const { text } = this;
    if (text.startsWith('<!--', start)) return this.until('-->', start, 4, 'a comment');
    if (start > 0 && /^<\?xml[\s?]/.test(text.slice(start, start + 6)))
      this.fault(start, 'has an XML declaration that is not at the beginning');
    if (text.startsWith('<?', start)) return this.until('?>', start, 2, 'a processing instruction');
    if (text.startsWith('<![CDATA[', start)) {
      const end = this.until(']]>', start, 9, 'a CDATA section');
      if (this.depth === 0) this.fault(start, 'has text outside the root element');
      this.kept.push(text.slice(start, end));
      return end;
    }
    if (/^<!doctype/i.test(text.slice(start, start + 9))) return this.doctype(start);
    return this.tag(start);
  }

  /** A DOCTYPE that only names the root element or an external DTD is skipped. Nothing is fetched. */
  private doctype(start: number): number {
    if (this.elements > 0 || this.document !== this.text)
      this.fault(start, 'has a DOCTYPE that is not before the root element');
    DOCTYPE.lastIndex = start;
    const [doctype] = DOCTYPE.exec(this.text) ?? [];
    if (doctype === undefined)
      this.fault(start, 'has a DOCTYPE with declarations, which are not allowed. Remove them');
    const end = start + doctype.length;
    // The library would look for declarations. Positions in its messages stay the same.
    const blank = doctype.replace(/[^\n]/g, ' ');
    this.document = this.text.slice(0, start) + blank + this.text.slice(end);
    return end;
  }

  private until(end: string, start: number, length: number, what: string): number {
    const found = this.text.indexOf(end, start + length);
    if (found < 0) this.fault(start, `has ${what} that is not closed`);
    return found + end.length;
  }

  private tag(start: number): number {
    const end = endOfTag(this.text, start + 1);
    if (end < 0 || this.text[start + 1] === '!') this.fault(start, 'has a tag that is not closed');
    if (end - start > MAX_TAG)
      this.fault(start, 'has a tag of more than 4,000,000 characters', 'limit');
    const tag = this.text.slice(start, end + 1);
    const less = tag.indexOf('<', 1);
    if (less >= 0) this.fault(start + less, 'has < in an attribute');
    this.entities(start, tag);
    const empty = tag.endsWith('/>');
    if (tag.startsWith('</')) this.close(start, empty);
    else this.open(start, empty);
    this.kept.push(tag);
    return end + 1;
  }

  private close(start: number, empty: boolean): void {
    if (empty || this.depth === 0) this.fault(start, 'has a closing tag without an opening tag');
    this.depth -= 1;
  }

  private open(start: number, empty: boolean): void {
    if (this.depth === 0 && this.elements > 0) this.fault(start, 'has more than one root element');
    if (this.depth === MAX_DEPTH) this.fault(start, 'has more than 100 levels of elements');
    this.elements += 1;
    if (this.elements > MAX_ELEMENTS)
      this.fault(start, 'has more than 1,000,000 elements', 'limit');
    if (!empty) this.depth += 1;
  }
}

/**
 * Refuses markup that exceeds a limit, and markup that the library would wrongly accept.
 * @throws {DocumentFault} with line and column
 */
export function checkedMarkup(text: string): CheckedMarkup {
  return new Walk(text).run();
}
