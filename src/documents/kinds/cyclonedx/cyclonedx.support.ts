import { readFileSync } from 'node:fs';
import { DocumentFault } from '../../fault.js';
import type { ParsedDocument } from '../../kind.js';
import { parser } from './parser.js';

export const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));

export const parse = (document: unknown): ParsedDocument =>
  parser.parse(document, { secretKey: new Uint8Array(32) });

/** A document of version 1.6 with this content. */
export const bom = (content: object) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  ...content,
});

/** Pointer and message of the fault. */
export function faultIn(document: unknown): [string, string] {
  try {
    parse(document);
  } catch (error) {
    if (error instanceof DocumentFault) return [error.pointer, error.fault];
    throw error;
  }
  return ['', 'no fault'];
}
