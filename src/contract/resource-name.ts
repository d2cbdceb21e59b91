import { Type } from '@sinclair/typebox';

/** The name of a policy or an environment, which is part of its path. */
export const resourceName = (description: string, example: string) =>
  Type.String({
    maxLength: 63,
    pattern: '^[a-z][a-z0-9-]{0,62}$',
    'x-rule': 'must have 1 to 63 characters of a-z, 0-9 and -, and begin with a letter',
    description,
    examples: [example],
  });
