import type { XmlElement } from '../../xml-element.js';
import { nameOf } from './elements.js';
import { LAST_LINES } from './last-lines.js';

const OUTPUT = /^(?:(?:system|std|standard)[-_]?(?:out|output|err|error)|output|logs?)$/;

/** Long enough for the lines at both ends of the output of a whole run. */
const MAX_LOOK = 200_000;
/** How much of a line a denial names, which has little room for it. */
const MAX_SHOWN = 80;

/** Colours of terminals (ECMA-48). XML cannot have the control character before them. */
const COLOUR = new RegExp(`${String.fromCharCode(27)}?\\[[\\d;]{0,20}m`, 'g');
const HAS_COLOUR = /\[\d[\d;]{0,20}m/;
const ENDS_OF_LINES = /[\n\r\u2028\u2029]/;

/** The line of a place, as a denial shows it: from its beginning, unless the place would be cut off. */
function lineAt(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - MAX_SHOWN / 2), at).split(ENDS_OF_LINES);
  const [after = ''] = text.slice(at, at + MAX_SHOWN).split(ENDS_OF_LINES, 1);
  return `${before.at(-1) ?? ''}${after}`.trim().slice(0, MAX_SHOWN);
}

/** One search for the texts of all forms. Few outputs have one of them. */
const ANY = new RegExp(
  LAST_LINES.map((form) => (typeof form === 'string' ? form : form[0]))
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('|'),
);

function find(printed: string): string | undefined {
  const text = HAS_COLOUR.test(printed) ? printed.replace(COLOUR, '') : printed;
  if (!ANY.test(text)) return undefined;
  for (const form of LAST_LINES) {
    const [literal, pattern] = typeof form === 'string' ? [form, undefined] : form;
    const first = text.indexOf(literal);
    if (first < 0) continue;
    const at = pattern === undefined ? first : text.search(pattern);
    if (at >= 0) return lineAt(text, at);
  }
  return undefined;
}

/** The line in an output that tells that the run did not come to its end. Of a long one, both ends are read. */
export const lineOfEnd = (text: string): string | undefined =>
  text.length <= 2 * MAX_LOOK
    ? find(text)
    : (find(text.slice(0, MAX_LOOK)) ?? find(text.slice(-MAX_LOOK)));

/** Such a line in the output of a suite. */
export function endedEarly({ children }: XmlElement): string | undefined {
  for (const child of children) {
    const line = OUTPUT.test(nameOf(child)) ? lineOfEnd(child.text) : undefined;
    if (line) return line;
  }
  return undefined;
}

/** What to do about such a line. */
export const AFTER_LINE = 'Run the tests again, or do not let a test print this line';
