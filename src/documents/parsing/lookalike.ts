import { fieldOf } from '../kinds/common/fields.js';
/**
 * Documents of well-known tools that no kind reads. They are refused by their name, with a way to get a document of the
 * same tool that can be read. Only the top of a document is looked at, and only after no kind recognised it.
 */
export interface Lookalike {
  /** Continues "looks like ". */
  readonly name: string;
  /** A sentence in the imperative, about the same tool. */
  readonly advice: string;
  /** Field names. The document, or the first item of its list, must have them all. */
  readonly fields: readonly string[];
  /** Whether it is a list of such objects. If absent, both count. */
  readonly list?: boolean;
  /** A further condition on the object with the fields. */
  readonly and?: (object: object) => boolean;
}

export const textIn = (object: unknown, name: string) => {
  const value = fieldOf(object, name);
  return typeof value === 'string' ? value.slice(0, 200) : '';
};

export const sarif = (command: string) => `Upload SARIF 2.1.0 (${command})`;
export const CONVERT = 'Convert it to SARIF 2.1.0, and keep the name of the tool';
