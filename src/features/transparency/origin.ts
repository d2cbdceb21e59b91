import { randomBytes } from 'node:crypto';

/** The name of an address in a log: without scheme and slash at the end. */
const nameOf = (url: string) => url.replace(/^https?:\/\//, '').replace(/\/+$/, '');

const random = () => randomBytes(8).toString('hex');

/**
 * The origin of a log that begins: the public address of the server, or a random name. It never changes, because
 * checkpoints have it.
 * @param isAgain a log of this server ended before. Two logs never have the same origin
 */
export function newOrigin({ PUBLIC_URL }: { readonly PUBLIC_URL?: string }, isAgain = false) {
  if (PUBLIC_URL === undefined) return `srp.invalid/${random()}`;
  return isAgain ? `${nameOf(PUBLIC_URL)}/${random()}` : nameOf(PUBLIC_URL);
}
