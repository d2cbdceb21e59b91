import { isUtf8 } from 'node:buffer';
import { encodingOf } from '../../shared/encoding.js';
import { DocumentFault } from '../fault.js';
import type { Note } from '../kind.js';

/** A document as UTF-8, and what its reader should know of the change. */
export interface Utf8Document {
  /** The received bytes if they are UTF-8 already. */
  readonly bytes: Uint8Array;
  readonly notes: readonly Note[];
}

/** Maximum bytes of a document as UTF-8. Its received form may be smaller. */
const MAX_MIB = 64;

const UTF_16 = /^(?:utf-?16|ucs-?2|iso-10646-ucs-2)(?:le|be)?$/i;

/** The encoding of an XML declaration, in the first bytes of a document. */
const DECLARED = /^(<\?xml\s[^?>]{0,500}?\sencoding\s*=\s*["'])([^"'>]{1,50})/;

const XML_HEAD = 1024;

function markOf([a, b, c, d]: Uint8Array): string | undefined {
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe))
    throw new DocumentFault('is encoded in UTF-32. Save it as UTF-8');
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return a === 0xef && b === 0xbb && c === 0xbf ? 'utf-8' : undefined;
}

/** UTF-16 without a byte order mark: the first character is ASCII, so one byte of it is zero. */
function wideOf([a, b, c, d]: Uint8Array): string | undefined {
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return 'utf-16be';
  return a !== 0 && b === 0 && c !== 0 && d === 0 ? 'utf-16le' : undefined;
}

const declaredIn = (bytes: Uint8Array) =>
  DECLARED.exec(Buffer.from(bytes.subarray(0, XML_HEAD)).toString('latin1'))?.[2];

function decode(bytes: Uint8Array, encoding: string): Uint8Array {
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new DocumentFault(`is not valid ${encoding.toUpperCase()}`);
  }
  // A masked document is stored as UTF-8, and must not declare another encoding.
  const utf8 = Buffer.from(text.replace(DECLARED, '$1UTF-8'));
  if (utf8.length <= MAX_MIB * 1024 * 1024) return utf8;
  throw new DocumentFault(`is larger than ${MAX_MIB} MiB as UTF-8`, '', undefined, 'limit');
}

function fromDeclaration(bytes: Uint8Array, label: string): Utf8Document {
  // .NET writes its strings with this declaration, and saves them as UTF-8.
  if (UTF_16.test(label) && isUtf8(bytes)) {
    const message = `declares the encoding ${label}, but is UTF-8. It was read as UTF-8`;
    return { bytes, notes: [{ message }] };
  }
  const encoding = encodingOf(label);
  if (encoding === undefined) {
    const fault = `declares the encoding ${label}, which is not supported. Save it as UTF-8`;
    throw new DocumentFault(fault, '', { line: 1, column: 1 });
  }
  return { bytes: encoding === 'utf-8' ? bytes : decode(bytes, encoding), notes: [] };
}

/**
 * Decodes a document. A byte order mark comes before the charset of the `Content-Type`, and that before the XML
 * declaration (RFC 7303, section 3).
 * @param charset of the `Content-Type`, for XML only
 * @returns the same bytes if they need no change. Whether they are valid UTF-8 is checked later
 * @throws {DocumentFault}
 */
export function toUtf8(bytes: Uint8Array, format: 'json' | 'xml', charset?: string): Utf8Document {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new DocumentFault('is compressed. Send it with the header Content-Encoding: gzip');
  const certain = markOf(bytes) ?? wideOf(bytes) ?? charset;
  if (certain !== undefined) {
    return { bytes: certain === 'utf-8' ? bytes : decode(bytes, certain), notes: [] };
  }
  const declared = format === 'xml' ? declaredIn(bytes) : undefined;
  return declared === undefined ? { bytes, notes: [] } : fromDeclaration(bytes, declared);
}
