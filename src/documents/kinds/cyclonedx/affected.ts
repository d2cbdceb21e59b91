import { readPurl } from '../../../vocabulary/purl.js';
import { textOf } from '../common/texts.js';
import type { Part } from './components.js';
import type { BomAffected, BomVulnerability } from './schema.js';

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
}

/** The part of a BOM-Link (`urn:cdx:serial/version#bom-ref`) that names a component. */
function localRef(ref: string): string {
  if (!ref.startsWith('urn:cdx:')) return ref;
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
): Affected[] {
  if (!affects?.length) return [{ part: NO_PART, isUnaffected: false, isLost: false }];
  const found = new Map<Part | string, Affected>();
  for (const entry of affects) {
    const part = resolve(entry.ref, parts);
    const isLost = part.purl === undefined && part.name === entry.ref && !parts.has(entry.ref);
    const key = parts.has(entry.ref) || part.isSubject ? part : (part.purl ?? part.name);
    const known = found.get(key);
    if (known && !known.isUnaffected) continue;
    found.set(key, { part, entry, isUnaffected: isUnaffected(entry, part), isLost });
  }
  return [...found.values()];
}
