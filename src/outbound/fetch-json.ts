import { LruMap } from 'toad-cache';
import { type FetchOptions, fetchBounded } from './fetch.js';

/** After this time, in milliseconds, a server counts as down. */
const TIMEOUT_MS = 2000;
/** After a failure, a URL is not requested again for this time, in milliseconds. */
const FAILURE_TTL_MS = 2000;
/** Maximum size of a response. Key sets have a few kilobytes. */
const MAX_BYTES = 256 * 1024;

const failures = new LruMap<Error>(100, FAILURE_TTL_MS);

/**
 * Gets a small JSON document and caches failures briefly. Messages contain the URL, so it must not be a secret.
 * @throws {Error} for any failure
 */
export async function fetchJson(
  url: string,
  options: Pick<FetchOptions, 'allow'> = {},
): Promise<unknown> {
  const failure = failures.get(url);
  if (failure) throw failure;
  return request(url, options).catch((error: Error) => {
    failures.set(url, error);
    throw error;
  });
}

async function request(url: string, { allow }: Pick<FetchOptions, 'allow'>): Promise<unknown> {
  const { status, body } = await fetchBounded(url, {
    headers: { accept: 'application/json' },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    allow,
  });
  if (status !== 200) throw new Error(`${url} answered ${status}`);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Error(`${url} is not JSON`); // the parser's message would quote the document
  }
}
