import { NOT_STORED } from '../../vocabulary/licence-names.js';
import type { Component, Note } from '../kind.js';

/**
 * Maximum number of licences of a component, and of characters in all of them. A page of components repeats them. A
 * document with more than `QUOTA_LICENCES_PER_COMPONENT`, which is not larger, is refused before.
 */
const MAX_LICENCES = 1000;
const MAX_CHARACTERS = 20_000;
/** Longer expressions are unknown to the rules. */
const MAX_LENGTH = 2000;

/**
 * The distinct licences of a component. None is cut, because a part of an expression can be an allowed licence: those
 * beyond a limit are replaced by `NOT_STORED`.
 */
export function storableLicences(licences: readonly string[]): string[] {
  const kept = new Set<string>();
  let characters = 0;
  let exceeds = false;
  for (const licence of licences) {
    if (kept.has(licence)) continue;
    const fits =
      kept.size < MAX_LICENCES &&
      licence.length <= MAX_LENGTH &&
      characters + licence.length <= MAX_CHARACTERS;
    if (fits) {
      kept.add(licence);
      characters += licence.length;
    } else exceeds = true;
  }
  return exceeds ? [...kept, NOT_STORED] : [...kept];
}

/** A warning for each component whose licences are not all stored. */
export const licenceNotes = (components: readonly Component[] = []): Note[] =>
  components
    .filter(({ licences }) => storableLicences(licences).at(-1) === NOT_STORED)
    .map(({ name, version = '' }) => ({
      message: [
        `The licences of ${name} ${version}`.trim().slice(0, 200),
        `exceed the limit of ${MAX_LICENCES} licences, ${MAX_LENGTH} characters each`,
        `and ${MAX_CHARACTERS} in all. They count as unknown`,
      ].join(' '),
    }));
