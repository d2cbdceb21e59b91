/** The form of a key. It begins with a letter, so that no key is a number. */
export const PROJECT_KEY = '^[a-z][a-z0-9-]{0,62}$';

const FORM = new RegExp(PROJECT_KEY);

export const isProjectKey = (value: unknown): value is string =>
  typeof value === 'string' && FORM.test(value);
