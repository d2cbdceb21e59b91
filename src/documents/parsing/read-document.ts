import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FindingType } from '../../vocabulary/finding-types.js';
import { readPurl } from '../../vocabulary/purl.js';
import { DocumentFault, refuseTooMany } from '../fault.js';
import type { Note, ParsedDocument } from '../kind.js';
import { type Alias, type Batch, batchesOf, clean, TABLES } from './columns.js';
import { withoutOtherCommit } from './commits.js';
import { withDeclared, withoutFuture } from './declared.js';
import { toUtf8 } from './encodings.js';
import { withoutKnownSecrets } from './known-secrets.js';
import { licenceNotes } from './licences.js';
import { decodeText, readJson } from './read-json.js';
import { readXml } from './read-xml.js';
import { recognize } from './recognize.js';
import { ROW_LIMITS, type RowLimits, refuseLargeRows } from './row-limits.js';
import { storedComponents } from './subjects.js';
import { type Summary, summarize } from './summary.js';
import { type TestNames, testNamesOf } from './test-names.js';
import { withoutOtherVersions } from './versions.js';

export interface DocumentRequest {
  /** The received bytes, decompressed. */
  readonly bytes: Uint8Array;
  /** What the media type says. JSON Lines are JSON here. */
  readonly format: 'json' | 'xml';
  /** The charset of the media type, as `encodingOf` names it. Only for XML. */
  readonly charset?: string | undefined;
  /** The kind that the caller named. If undefined, the content decides. */
  readonly kind: string | undefined;
  readonly secretKey: Uint8Array;
  /** By the clock of the database. Times after it are in the future. */
  readonly receivedAt: Date;
  /** The commit of the release, in lower case. */
  readonly commit?: string | undefined;
  /** What the uploader says that the tool looked for. */
  readonly scanners?: readonly FindingType[] | undefined;
  /** Default: `ROW_LIMITS`. */
  readonly rowLimits?: RowLimits | undefined;
}

/** The stored form of a document. */
export interface StoredDocument {
  readonly sha256: string;
  /** Bytes before and after compression. */
  readonly size: number;
  readonly gzipSize: number;
  /** Pieces of one gzip stream (RFC 1952). */
  readonly chunks: readonly Uint8Array[];
}

/** Everything about a document except its rows. */
export interface DocumentHead {
  readonly kind: string;
  readonly parserVersion: number;
  readonly tool: string | null;
  readonly toolVersion: string | null;
  readonly specVersion: string | null;
  readonly summary: Summary;
  /** Rows, licences, aliases and claims: how much a verdict may have to read. */
  readonly rowCount: number;
  readonly document: StoredDocument;
}

export interface ReadDocument {
  readonly head: DocumentHead;
  /** The tests that ran, for the comparison with a report that is stored. */
  readonly testNames: TestNames | undefined;
  /** The rows, encoded one batch at a time. */
  readonly batches: Iterable<Batch>;
}

/** Maximum bytes per row of `document_chunks`. */
const CHUNK = 512 * 1024;
/** A higher level would cost more time than parsing, and documents are rarely read. */
const GZIP_LEVEL = 3;
/** Maximum size of a stored document. */
const MAX_STORED_MIB = 64;
/** Maximum number of claims about one vulnerability in one package, or about one finding. */
const MAX_CLAIMS = 5000;

/** @throws {DocumentFault} */
function xmlText(bytes: Uint8Array): string {
  const text = decodeText(bytes);
  if (/^\s*[[{]/.test(text)) {
    throw new DocumentFault(
      'is JSON. Send it with a JSON media type: Content-Type: application/json',
    );
  }
  return text;
}

function store(bytes: Uint8Array): StoredDocument {
  const packed = gzipSync(bytes, { level: GZIP_LEVEL });
  const chunks: Uint8Array[] = [];
  // Copied, because a transfer to another thread moves the whole buffer.
  for (let i = 0; i < packed.length; i += CHUNK)
    chunks.push(new Uint8Array(packed.subarray(i, i + CHUNK)));
  return {
    sha256: hash('sha256', bytes, 'hex'),
    size: bytes.length,
    gzipSize: packed.length,
    chunks,
  };
}

function aliasesOf(findings: ParsedDocument['findings'] = []): Alias[] {
  const pairs = new Map<string, Alias>();
  for (const { rule, aliases = [] } of findings) {
    for (const alias of aliases) pairs.set(`${alias} ${rule}`, { alias, canonical: rule });
  }
  refuseTooMany(pairs.size, 'aliases');
  return [...pairs.values()];
}

function* encode(parsed: ParsedDocument, aliases: readonly Alias[]): Generator<Batch> {
  const { findings = [], claims = [] } = parsed;
  yield* batchesOf('components', TABLES.components, storedComponents(parsed));
  yield* batchesOf('findings', TABLES.findings, findings);
  yield* batchesOf('claims', TABLES.claims, claims);
  yield* batchesOf('vulnerability_aliases', TABLES.vulnerability_aliases, aliases);
}

/** Serializes the masked document. Numbers and escapes may become longer than in the received document. */
function maskedBytes(masked: unknown): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(masked));
  if (bytes.length <= MAX_STORED_MIB * 1024 * 1024) return bytes;
  const fault = `is larger than ${MAX_STORED_MIB} MiB after its secrets were masked`;
  throw new DocumentFault(fault, '', undefined, 'limit');
}

/** Limits the claims per finding, because a verdict checks each claim against each matching finding. */
function refuseTooManyClaims({ claims = [] }: ParsedDocument): void {
  const counts = new Map<string, number>();
  for (const { fingerprint, vulnerability, purl } of claims) {
    const about = `${fingerprint ?? vulnerability} ${readPurl(purl)?.key ?? ''}`;
    const count = (counts.get(about) ?? 0) + 1;
    counts.set(about, count);
    if (count <= MAX_CLAIMS) continue;
    const fault = `has more than ${MAX_CLAIMS} claims about one finding`;
    throw new DocumentFault(fault, '', undefined, 'limit');
  }
}

/** The warnings of the parser, after those about how the document was read and about what is not stored. */
function withNotes(parsed: ParsedDocument, read: readonly Note[]): ParsedDocument {
  const notes = [...read, ...licenceNotes(storedComponents(parsed))];
  return notes.length === 0
    ? parsed
    : { ...parsed, warnings: [...notes, ...(parsed.warnings ?? [])] };
}

function rowCountOf(parsed: ParsedDocument): number {
  const { findings = [], claims = [] } = parsed;
  const components = storedComponents(parsed);
  const licences = components.reduce((sum, component) => sum + component.licences.length, 0);
  const aliases = findings.reduce((sum, finding) => sum + (finding.aliases?.length ?? 0), 0);
  return components.length + licences + findings.length + aliases + claims.length;
}

/**
 * Recognizes and parses a document, masks its secrets, and prepares everything that is stored.
 * @throws {DocumentFault}
 */
export async function readDocument(request: DocumentRequest): Promise<ReadDocument> {
  const { format, secretKey } = request;
  // Before anything reads it: what has the form of a secret reaches no row, no message and no digest without a key.
  const utf8 = toUtf8(request.bytes, format, request.charset);
  const bytes = withoutKnownSecrets(utf8.bytes, secretKey);
  const document = format === 'xml' ? readXml(xmlText(bytes)) : readJson(bytes);
  const { kind, parser } = await recognize(document, request);
  const own = withNotes(withoutOtherVersions(parser.parse(document, { secretKey })), utf8.notes);
  const declared = withDeclared(own, kind, request.scanners);
  const ofCommit = request.commit ? withoutOtherCommit(declared, request.commit) : declared;
  const parsed = withoutFuture(ofCommit, request.receivedAt);
  refuseLargeRows(parsed, request.rowLimits ?? ROW_LIMITS);
  refuseTooManyClaims(parsed);
  const aliases = aliasesOf(parsed.findings);
  const kept = bytes === utf8.bytes ? request.bytes : bytes;
  const testNames = parsed.testNames && testNamesOf(parsed.testNames);
  const stored = parsed.masked === undefined ? kept : maskedBytes(parsed.masked);
  return {
    head: {
      kind: kind.name,
      parserVersion: parser.version,
      tool: clean(parsed.tool, 200),
      toolVersion: clean(parsed.toolVersion, 200),
      specVersion: clean(parsed.specVersion, 200),
      summary: summarize(parsed, stored !== request.bytes, testNames),
      rowCount: rowCountOf(parsed),
      document: store(stored),
    },
    testNames,
    batches: encode(parsed, aliases),
  };
}
