import type { ComponentInput, Components } from '../../engine/index.js';

/** The rows need more memory than a decision may take. */
export class TooManyRows extends Error {}

type Fields = [
  name: string,
  version: string | null,
  purl: string | null,
  licences: string[],
  finding?: string | null,
];

/**
 * Components as JSON outside of the heap, which takes a quarter of the memory of objects. They are read batch by batch,
 * so that only one batch is in the heap.
 */
export class PackedComponents implements Components {
  #length = 0;
  #bytes = 0;
  readonly #batches: Uint8Array[] = [];

  constructor(readonly maxBytes: number) {}

  get length(): number {
    return this.#length;
  }

  /**
   * @param batch JSON lists of name, version, package URL, licences and the fingerprint of a finding
   * @throws {TooManyRows}
   */
  add(batch: readonly string[]): void {
    const bytes = new TextEncoder().encode(`[${batch.join(',')}]`);
    this.#length += batch.length;
    this.#bytes += bytes.length;
    if (this.#bytes > this.maxBytes) throw new TooManyRows('too many components');
    this.#batches.push(bytes);
  }

  *[Symbol.iterator](): Generator<ComponentInput> {
    for (const bytes of this.#batches) {
      for (const [name, version, purl, licences, finding] of JSON.parse(
        new TextDecoder().decode(bytes),
      ) as Fields[])
        yield { name, version, purl, licences, finding };
    }
  }
}
