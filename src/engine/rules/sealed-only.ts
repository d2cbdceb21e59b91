import { type Static, Type } from '@sinclair/typebox';
import type { Rule } from './rule.js';

const parameters = Type.Object({}, { additionalProperties: false });

const OPEN = [
  'The release is open, so artifacts can still be added',
  'Add all artifacts, then seal it: POST /releases/{id}/seal',
].join('. ');

/** An open release can get another artifact after the verdict. */
export const sealedOnly: Rule<Static<typeof parameters>> = {
  name: 'sealed-only',
  summary: 'The release is sealed, so no artifact can be added after the verdict',
  parameters,
  example: {},
  evaluate(_parameters, { release }) {
    if (release.state === 'sealed') {
      return { status: 'pass', message: 'The release is sealed' };
    }
    const message =
      release.state === 'open'
        ? OPEN
        : 'The release is revoked and cannot be sealed. Register a new release: POST /projects/{id}/releases';
    return { status: 'fail', message };
  },
};
