import { readPurl } from '../../../vocabulary/purl.js';
import { textOf } from '../common/texts.js';
import type { Part } from './components.js';
import type { BomAffected, BomDocument, BomVulnerability } from './schema.js';

/** A vulnerability that names no component. */
export const NO_PART: Part = { name: '' };

/** A component that a vulnerability names. */
export interface Affected {
  readonly part: Part;
  readonly entry?: BomAffected;
  /** Whether the document says that the component's version is unaffected. */
  readonly isUnaffected: boolean;
  /** Whether the reference leads to no component, in this document or another. */
  readonly isLost: boolean;
  /** Versions of the component that the document lists, in all entries that name it. */
  readonly listed: readonly Listed[];
  /** The other document (`urn:cdx:serial/version`) that a BOM-Link leads to: it is about another product. */
  readonly elsewhere?: string | undefined;
}

type Listed = NonNullable<BomAffected['versions']>[number];

const LINK = /^urn:cdx:/i;

/** The document of a BOM-Link (`urn:cdx:serial/version#bom-ref`), if it is not this one. */
function documentOf(ref: string, { serialNumber, version }: BomDocument): string | undefined {
  if (!LINK.test(ref)) return undefined;
  const [other = ref] = ref.toLowerCase().split('#', 1);
  const serial = textOf(serialNumber)
    ?.toLowerCase()
    .replace(/^urn:uuid:/, '');
  return serial && other === `urn:cdx:${serial}/${version ?? 1}` ? undefined : other;
}

/** The part of a BOM-Link that names a component. */
function localRef(ref: string): string {
  if (!LINK.test(ref)) return ref;
  const fragment = ref.slice(ref.indexOf('#') + 1);
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** Finds the component of a reference. If it is in another document, the reference itself is the purl or the name. */
function resolve(ref: string, parts: ReadonlyMap<string, Part>): Part {
  const local = localRef(ref);
  const part = parts.get(ref) ?? parts.get(local);
  if (part) return part;
  const purl = readPurl(local);
  return purl ? { name: purl.name, version: purl.version, purl: purl.purl } : { name: local };
}

/**
 * Whether the document says that the component's own version is unaffected. Other versions, such as the fixed one, say
 * nothing about it. If entries differ, the version is affected.
 */
function isUnaffected({ versions }: BomAffected, { version }: Part): boolean {
  const own = (versions ?? []).filter(
    (entry) => version !== undefined && textOf(entry.version) === version,
  );
  return own.length > 0 && own.every(({ status }) => status === 'unaffected');
}

/** The components that a vulnerability names, each once. If one of its entries says so, it is affected. */
export function affectedBy(
  { affects }: BomVulnerability,
  parts: ReadonlyMap<string, Part>,
  bom: BomDocument,
): Affected[] {
  if (!affects?.length) return [{ part: NO_PART, isUnaffected: false, isLost: false, listed: [] }];
  const found = new Map<Part | string, Affected>();
  for (const entry of affects) {
    const elsewhere = documentOf(entry.ref, bom);
    const part = resolve(entry.ref, parts);
    const isLost = part.purl === undefined && part.name === entry.ref && !parts.has(entry.ref);
    const key = parts.has(entry.ref) || part.isSubject ? part : (part.purl ?? part.name);
    const known = found.get(key);
    const one = {
      ...(known && !known.isUnaffected
        ? known
        : { part, entry, isUnaffected: isUnaffected(entry, part), isLost }),
      listed: [...(known?.listed ?? []), ...(entry.versions ?? [])],
      elsewhere: known?.elsewhere ?? elsewhere,
    };
    found.set(key, one);
  }
  return [...found.values()];
}

/**
 * Whether an analysis by which a finding does not count is about the version of the component. `resolved` is about the
 * versions after the fix: it needs a version, and the document may not list that as affected, or others as unaffected.
 * Of a component without a version, a list says that versions differ.
 */
export function isOfItsVersion(state: string, { listed, part }: Affected): boolean {
  if (part.version === undefined) return listed.length === 0 && !state.startsWith('resolved');
  if (state !== 'resolved' || listed.length === 0) return true;
  const own = listed.filter(({ version }) => textOf(version) === part.version);
  return own.length > 0 && own.every(({ status }) => status === 'unaffected');
}
