/** An SPDX expression: a licence, or several that all have to be met, or one of which may be chosen. */
export type Expression =
  | { readonly licence: string }
  | { readonly word: 'AND' | 'OR'; readonly parts: readonly Expression[] };

/** Longer ones are not read. */
const MAX_LENGTH = 2000;
/** Parentheses within parentheses. */
const MAX_DEPTH = 50;

/** Reads tokens from the left; `undefined` anywhere means that the text is no expression. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  /** AND binds more tightly than OR. */
  either(depth = 0): Expression | undefined {
    return this.#chain('OR', () => this.#chain('AND', () => this.#atom(depth)));
  }

  #chain(word: 'AND' | 'OR', next: () => Expression | undefined): Expression | undefined {
    const parts: Expression[] = [];
    do {
      const part = next();
      if (!part) return undefined;
      parts.push(part);
    } while (this.#take(word));
    const [only] = parts;
    return parts.length === 1 ? only : { word, parts };
  }

  #atom(depth: number): Expression | undefined {
    if (this.#take('(')) {
      const inner = depth < MAX_DEPTH ? this.either(depth + 1) : undefined;
      return this.#take(')') ? inner : undefined;
    }
    const words: string[] = [];
    for (; ; this.#at += 1) {
      const token = this.#tokens[this.#at];
      if (token === undefined || ['AND', 'OR', '(', ')'].includes(token)) break;
      words.push(token);
    }
    return words.length > 0 ? { licence: words.join(' ') } : undefined;
  }
}

/**
 * Takes an SPDX expression apart, in a time that grows with its length: `spdx-satisfies` multiplies out what is in parentheses, which a
 * hostile document makes as large as it likes. Whether SPDX knows the licences is not asked here; names of several words are licences, too.
 * @returns undefined where operators and parentheses make no sense
 */
export function readExpression(text: string): Expression | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const reader = new Reader(text);
  const expression = reader.either();
  return reader.isAtEnd ? expression : undefined;
}
