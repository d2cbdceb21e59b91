import { type Static, Type } from '@sinclair/typebox';
import type { Rule } from './rule.js';

const parameters = Type.Object({}, { additionalProperties: false });

/** What is still open may get another artifact after it was judged. */
export const sealedOnly: Rule<Static<typeof parameters>> = {
  name: 'sealed-only',
  summary: 'The release is sealed: what was built for it is final',
  parameters,
  example: {},
  evaluate(_parameters, { release }) {
    if (release.state === 'sealed') {
      return { status: 'pass', message: 'The release is sealed' };
    }
    const message =
      release.state === 'open'
        ? 'The release is open, and artifacts could still be added. Seal it when all are registered: POST /releases/{id}/seal'
        : 'The release was revoked. It cannot be sealed: make a new release';
    return { status: 'fail', message };
  },
};
