import { invalidAt } from '../shared/app-error.js';
import { type Purl, readPurl } from '../vocabulary/purl.js';

const NOT_A_PURL = 'is not a package URL, such as pkg:npm/fastify@5.0.0';

/**
 * Reads the member `purl` of a request.
 * @throws {AppError} `validation-failed`
 */
export function requirePurl(part: 'body' | 'query', text: string): Purl {
  const purl = readPurl(text);
  if (purl) return purl;
  const hint = part === 'query' ? ' (percent-encode + and &)' : '';
  throw invalidAt(part, '/purl', `${NOT_A_PURL}${hint}`);
}
