import type { Note } from '../../kind.js';

/** A document can have a note for each of its values, and readers see the first few. */
const MAX_NOTES = 1000;

/** Collects notes about a document. */
export class Notes {
  readonly list: Note[] = [];

  /** @param message continues the name of the place: "is not a known field" */
  add(message: string, pointer = ''): void {
    if (this.list.length < MAX_NOTES) this.list.push({ message, ...(pointer && { pointer }) });
  }
}
