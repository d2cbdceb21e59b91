import { byText, firstOf } from './text.js';

/**
 * Collects texts for a message that names the first few in their order. It keeps only those, because a release can
 * have hundreds of thousands of components.
 */
export class FirstNamed {
  #count = 0;
  readonly #first: string[] = [];

  constructor(readonly max: number) {}

  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    this.#count += 1;
    const last = this.#first.at(-1);
    if (this.#first.length === this.max && last !== undefined && byText(text, last) >= 0) return;
    const place = this.#first.findIndex((other) => byText(text, other) < 0);
    this.#first.splice(place === -1 ? this.#first.length : place, 0, text);
    this.#first.length = Math.min(this.#first.length, this.max);
  }

  /** `a; b; and 3 more`. Those of `after` come after all of this. */
  text(after?: FirstNamed): string {
    const all = [...this.#first, ...(after ? after.#first : [])];
    return firstOf(all, this.max, this.count + (after?.count ?? 0));
  }
}
