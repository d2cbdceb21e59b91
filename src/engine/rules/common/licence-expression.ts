/** An SPDX licence expression: one licence, or parts joined with AND or OR. */
export type Expression =
  | { readonly licence: string }
  | { readonly word: 'AND' | 'OR'; readonly parts: readonly Expression[] };

/** Maximum length in UTF-16 code units. */
const MAX_LENGTH = 2000;
/** Maximum depth of nested parentheses. */
const MAX_DEPTH = 50;

/** Reads tokens from the left. `undefined` means that the text is not an expression. */
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
 * Parses an SPDX expression in linear time. `spdx-satisfies` expands parentheses, which takes exponential time for a
 * hostile document. Does not check that SPDX lists the licences: a name of several words is accepted.
 * @returns undefined if the text is too long, or its operators and parentheses do not match
 */
export function readExpression(text: string): Expression | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const reader = new Reader(text);
  const expression = reader.either();
  return reader.isAtEnd ? expression : undefined;
}
