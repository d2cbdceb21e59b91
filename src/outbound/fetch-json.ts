import { LruMap } from 'toad-cache';
import { type FetchOptions, fetchBounded } from './fetch.js';

/** A server that has not answered after this is treated as one that is down; milliseconds. */
const TIMEOUT_MS = 2000;
/** A URL that fails is not asked again for so long, however many requests need it. */
const FAILURE_TTL_MS = 2000;
/** Key sets have a few kilobytes. */
const MAX_BYTES = 256 * 1024;

const failures = new LruMap<Error>(100, FAILURE_TTL_MS);

/**
 * Gets a small JSON document, and remembers failures for a moment. The URL is not a secret: messages name it.
 * @throws {Error} whatever goes wrong
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
    throw new Error(`${url} is not JSON`); // the parser's words would quote it
  }
}
