/**
 * Paths relative to this file. It is at the top of `src` and of `dist`, and may be part of the bundle there, so the
 * paths are the same in both.
 */

/** The directory of the code: `src` or `dist`. */
export const CODE = new URL('./', import.meta.url);

/** The directory of the project. */
export const ROOT = new URL('../', import.meta.url);
