import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressKind, kindOfAddress } from './addresses.js';

type Address = { address: string; family: number };

export interface Allowed {
  /** Private addresses and this machine, by https. */
  readonly privateAddresses?: boolean;
  /** Plain http, to this machine only. */
  readonly httpToLoopback?: boolean;
}

export interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** From the look-up of the name to the last byte of the answer. */
  readonly timeoutMs: number;
  /** The longest body of an answer. */
  readonly maxBytes: number;
  /** What is allowed beyond https to public addresses. */
  readonly allow?: Allowed | undefined;
  /** All addresses of a name. The system's resolver, unless a test has its own. */
  readonly resolve?: (name: string) => Promise<Address[]>;
}

export interface Fetched {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const systemResolve = (name: string) => lookup(name, { all: true });

function allowedKinds(protocol: string, allow: FetchOptions['allow']): ReadonlySet<AddressKind> {
  if (protocol === 'http:' && allow?.httpToLoopback) return new Set(['loopback']);
  if (protocol !== 'https:') return new Set();
  return new Set(allow?.privateAddresses ? ['public', 'private', 'loopback'] : ['public']);
}

/**
 * The addresses to connect to. A name is looked up once: an answer that changes between a check and the
 * connection (DNS rebinding) cannot lead elsewhere. One address that is not allowed refuses the name.
 */
async function addressesOf({ protocol, hostname }: URL, options: FetchOptions): Promise<Address[]> {
  const { allow, resolve = systemResolve } = options;
  const kinds = allowedKinds(protocol, allow);
  if (kinds.size === 0) throw new Error(`${protocol}// is not allowed`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  const addresses = family ? [{ address: host, family }] : await resolve(host);
  if (addresses.length === 0) throw new Error(`${host} has no address`);
  for (const { address } of addresses) {
    if (!kinds.has(kindOfAddress(address)))
      throw new Error(`the address ${address} is not allowed`);
  }
  return addresses;
}

/** Answers with these addresses whatever the name is. */
function pinned(addresses: Address[]): LookupFunction {
  return (_name, { all }, callback) => {
    const [first] = addresses;
    if (all || !first) callback(null, addresses);
    else callback(null, first.address, first.family);
  };
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity' } = response.headers;
  if (encoding !== 'identity') throw new Error('the answer is compressed, which was not asked for');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function exchange(url: URL, options: FetchOptions, signal: AbortSignal): Promise<Fetched> {
  const addresses = await addressesOf(url, options);
  signal.throwIfAborted();
  const { method = 'GET', headers, body, maxBytes } = options;
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const lookup = pinned(addresses);
    // Without an agent there is no connection from an earlier request, and no proxy.
    const request = send(url, { method, headers, lookup, signal, agent: false }, resolve);
    request.on('error', reject);
    request.end(body);
  });
  try {
    const read = await readBody(response, maxBytes);
    return { status: response.statusCode ?? 0, headers: response.headers, body: read };
  } finally {
    response.destroy();
  }
}

/**
 * One request to another server, bounded in time and size. Only public addresses by https, unless `allow` says
 * otherwise. Redirects are not followed: the caller gets the answer with its status.
 * @throws {Error} that names the origin, and not the path, which may be a secret
 */
export async function fetchBounded(address: string, options: FetchOptions): Promise<Fetched> {
  if (!URL.canParse(address)) throw new Error('the address is not a URL');
  const url = new URL(address);
  if (url.username || url.password) throw new Error(`${url.host}: a URL must not have a user`);
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return await Promise.race([exchange(url, options, signal), aborted]);
  } catch (cause) {
    if (signal.aborted) {
      throw new Error(`${url.origin}: no complete answer within ${options.timeoutMs} ms`);
    }
    throw new Error(`${url.origin}: ${(cause as Error).message}`, { cause });
  }
}
