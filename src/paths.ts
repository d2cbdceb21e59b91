/**
 * Where things are, as seen from this file, which stands at the top of the sources as well as of the build:
 * there it may be part of the bundle, and what is found from here is found from both.
 */

/** The folder of the code: `src` or `dist`. */
export const CODE = new URL('./', import.meta.url);

/** The folder of the project. */
export const ROOT = new URL('../', import.meta.url);
