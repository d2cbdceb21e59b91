import { LruMap } from 'toad-cache';

/** An issuer that has not answered after this is treated as one that is down; milliseconds. */
const TIMEOUT_MS = 2000;
/** One that fails is not asked again for so long, however many tokens name it. */
const FAILURE_TTL_MS = 2000;
/** Key sets have a few kilobytes. */
const MAX_BYTES = 256 * 1024;

/** Reads a body, and no more of it than is reasonable. */
async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`the answer has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** https; http only to this machine, where nobody stands between. */
export function isTrustworthyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username || password) return false;
  const local = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && local);
}

const failures = new LruMap<Error>(100, FAILURE_TTL_MS);

/**
 * Gets a JSON document of an issuer: bounded in time and size, without following redirects.
 * @throws {Error} whatever goes wrong
 */
export async function fetchJson(url: string): Promise<unknown> {
  const failure = failures.get(url);
  if (failure) throw failure;
  return request(url).catch((error: Error) => {
    failures.set(url, error);
    throw error;
  });
}

async function request(url: string): Promise<unknown> {
  if (!isTrustworthyUrl(url)) throw new Error(`${url} is not an https address`);
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { accept: 'application/json' },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}`);
  }
  const text = await readBounded(response);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${url} is no JSON`); // the parser's words would quote it
  }
}
