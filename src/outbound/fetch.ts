import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressKind, kindOfAddress } from './addresses.js';

type Address = { address: string; family: number };

export interface Allowed {
  /** Allows https to private addresses and to this machine. */
  readonly privateAddresses?: boolean;
  /** Allows plain http to this machine. */
  readonly httpToLoopback?: boolean;
}

export interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Limit from the DNS lookup to the last byte of the response. */
  readonly timeoutMs: number;
  /** Maximum size of the response body. */
  readonly maxBytes: number;
  /** Ends the request early. */
  readonly signal?: AbortSignal;
  /** Resolves with the headers. The body is empty in the result, and little of it is read. */
  readonly ignoreBody?: boolean;
  /** Exceptions. By default only https to public addresses is allowed. */
  readonly allow?: Allowed | undefined;
  /** Resolves all addresses of a name. Default: the system's resolver. Tests pass another one. */
  readonly resolve?: (name: string) => Promise<Address[]>;
}

export interface Fetched {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The cause of a failure has this `code`, if the request was refused because of its address. */
export const NOT_ALLOWED = 'ADDRESS_NOT_ALLOWED';
/** … if it took too long. */
export const TIMED_OUT = 'TIMEOUT';

const coded = (code: string, message: string) => Object.assign(new Error(message), { code });
const refused = (message: string) => coded(NOT_ALLOWED, message);

const systemResolve = (name: string) => lookup(name, { all: true });

function allowedKinds(protocol: string, allow: FetchOptions['allow']): ReadonlySet<AddressKind> {
  if (protocol === 'http:' && allow?.httpToLoopback) return new Set(['loopback']);
  if (protocol !== 'https:') return new Set();
  return new Set(allow?.privateAddresses ? ['public', 'private', 'loopback'] : ['public']);
}

/**
 * Resolves and checks the addresses to connect to. The name is resolved only once, so that DNS rebinding cannot change
 * the address after the check. If one address is not allowed, the name is refused.
 */
async function addressesOf({ protocol, hostname }: URL, options: FetchOptions): Promise<Address[]> {
  const { allow, resolve = systemResolve } = options;
  const kinds = allowedKinds(protocol, allow);
  if (kinds.size === 0) throw refused(`${protocol}// is not allowed`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  const addresses = family ? [{ address: host, family }] : await resolve(host);
  if (addresses.length === 0) throw new Error(`${host} has no address`);
  for (const { address } of addresses) {
    if (!kinds.has(kindOfAddress(address))) throw refused(`the address ${address} is not allowed`);
  }
  return addresses;
}

/** Returns a lookup function that always returns these addresses. */
function pinned(addresses: Address[]): LookupFunction {
  return (_name, { all }, callback) => {
    const [first] = addresses;
    if (all || !first) callback(null, addresses);
    else callback(null, first.address, first.family);
  };
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity' } = response.headers;
  if (encoding !== 'identity') throw new Error('the answer is compressed without a request for it');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** How much of an ignored body is read, so that its sender is not cut off: bytes, and milliseconds. */
const IGNORED_BYTES = 64 * 1024;
const IGNORED_MS = 1000;

/** Lets the sender of a short body finish, in the background. */
function ignore(response: IncomingMessage): void {
  let left = IGNORED_BYTES;
  const timer = setTimeout(() => response.destroy(), IGNORED_MS).unref();
  response.on('close', () => clearTimeout(timer));
  response.on('error', () => {});
  response.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) response.destroy();
  });
}

async function exchange(url: URL, options: FetchOptions, signal: AbortSignal): Promise<Fetched> {
  const addresses = await addressesOf(url, options);
  signal.throwIfAborted();
  const { method = 'GET', headers, body, maxBytes } = options;
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const lookup = pinned(addresses);
    // No agent: connections are not reused, and no proxy applies.
    const request = send(url, { method, headers, lookup, signal, agent: false }, resolve);
    request.on('error', reject);
    request.end(body);
  });
  const { statusCode: status = 0, headers: received } = response;
  if (options.ignoreBody) {
    ignore(response);
    return { status, headers: received, body: Buffer.alloc(0) };
  }
  try {
    return { status, headers: received, body: await readBody(response, maxBytes) };
  } finally {
    response.destroy();
  }
}

/**
 * Sends one request to another server, bounded in time and size. Only https to public addresses is allowed, except for
 * `allow`. Redirects are not followed: the caller gets the response with its status.
 * @throws {Error} names the origin, but not the path, which may be a secret
 */
export async function fetchBounded(address: string, options: FetchOptions): Promise<Fetched> {
  if (!URL.canParse(address)) throw new Error('the address is not a URL');
  const url = new URL(address);
  if (url.username || url.password) throw new Error(`${url.host}: a URL must not have a user`);
  const ending = new AbortController();
  const stop = () => ending.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted) stop();
  const late = coded(TIMED_OUT, `no complete answer within ${options.timeoutMs} ms`);
  const timer = setTimeout(() => ending.abort(late), options.timeoutMs);
  const { signal } = ending;
  try {
    const aborted = new Promise<never>((_resolve, reject) => {
      const end = () => reject(signal.reason);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
    return await Promise.race([exchange(url, options, signal), aborted]);
  } catch (failure) {
    const cause = signal.aborted ? signal.reason : failure;
    throw new Error(`${url.origin}: ${(cause as Error).message}`, { cause });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
  }
}
