import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FetchOptions, fetchBounded } from '../../src/outbound/fetch.js';

let server: Server;
let answer: RequestListener;
let requests: string[] = [];
let port = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.headers.host}${request.url}`);
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const limits = { timeoutMs: 5000, maxBytes: 1000 };

/** A request to the test's own server, as `allow` lets it through. */
function call(url: string, options: Partial<FetchOptions> = {}) {
  requests = [];
  return fetchBounded(url, { ...limits, allow: { httpToLoopback: true }, ...options });
}

const resolvesTo = (...addresses: string[]) =>
  Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

describe('an answer', () => {
  it('has status, headers and body', async () => {
    answer = (_request, response) => {
      response.writeHead(404, { 'x-a': 'b' }).end('not here');
    };
    const { status, headers, body } = await call(`http://127.0.0.1:${port}/a?b`);
    expect({ status, a: headers['x-a'], body: body.toString() }).toEqual({
      status: 404,
      a: 'b',
      body: 'not here',
    });
    expect(requests).toEqual([`GET 127.0.0.1:${port}/a?b`]);
  });

  it('answers a request with a method, headers and a body', async () => {
    answer = (request, response) => {
      response.setHeader('x-type', String(request.headers['content-type']));
      request.pipe(response);
    };
    const sent = { method: 'POST', headers: { 'content-type': 'text/x' }, body: 'ping' };
    const { headers, body } = await call(`http://localhost:${port}/`, sent);
    expect([headers['x-type'], body.toString()]).toEqual(['text/x', 'ping']);
    expect(requests).toEqual([`POST localhost:${port}/`]);
  });

  it('that redirects is not followed', async () => {
    answer = (_request, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    };
    expect((await call(`http://127.0.0.1:${port}/`)).status).toBe(302);
    expect(requests).toHaveLength(1);
  });

  it('may have as many bytes as allowed, and no more', async () => {
    answer = (request, response) => {
      const size = Number(request.url?.slice(1));
      for (let sent = 0; sent < size; sent += 100) response.write(Buffer.alloc(100));
      response.end();
    };
    expect((await call(`http://127.0.0.1:${port}/1000`)).body).toHaveLength(1000);
    await expect(call(`http://127.0.0.1:${port}/1100`)).rejects.toThrow(
      `http://127.0.0.1:${port}: the answer has more than 1000 bytes`,
    );
  });

  it('must not be compressed, because its size would be unknown', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
    };
    await expect(call(`http://127.0.0.1:${port}/`)).rejects.toThrow('the answer is compressed');
  });

  it.each([
    ['that never begins', () => {}],
    ['that never ends', ((_request, response) => response.write('x')) as RequestListener],
  ])('%s is given up', async (_case, listener: RequestListener) => {
    answer = listener;
    await expect(call(`http://127.0.0.1:${port}/`, { timeoutMs: 50 })).rejects.toThrow(
      `http://127.0.0.1:${port}: no complete answer within 50 ms`,
    );
  });

  it('is not read if only its status matters, and may then be compressed or endless', async () => {
    answer = (_request, response) => {
      response.writeHead(202, { 'content-encoding': 'gzip' }).write('x');
    };
    const { status, body } = await call(`http://127.0.0.1:${port}/`, { ignoreBody: true });
    expect([status, body.length]).toEqual([202, 0]);
  });

  it('that is ignored is not cut off if it is short', async () => {
    let answered: ServerResponse | undefined;
    answer = (_request, response) => {
      answered = response;
      response.flushHeaders();
    };
    await call(`http://127.0.0.1:${port}/`, { ignoreBody: true });
    if (!answered) throw new Error('nothing was answered');
    const closed = once(answered, 'close');
    answered.end('the rest');
    await closed;
    expect(answered.writableFinished).toBe(true);
  });

  it('is not waited for after the caller ended the request', async () => {
    const ending = new AbortController();
    answer = () => ending.abort(new Error('the server stops'));
    const ended = call(`http://127.0.0.1:${port}/`, { signal: ending.signal });
    await expect(ended).rejects.toThrow('the server stops');
    await expect(call(`http://127.0.0.1:${port}/`, { signal: ending.signal })).rejects.toThrow(
      'the server stops',
    );
    expect(requests).toEqual([]);
  });

  it('times out when the name is not resolved in time', async () => {
    const resolve = () => new Promise<never>(() => {});
    await expect(call(`http://slow.example:${port}/`, { timeoutMs: 50, resolve })).rejects.toThrow(
      'no complete answer within 50 ms',
    );
  });
});

describe('an address', () => {
  it.each([
    'http://127.0.0.1:PORT/',
    'http://example.com/',
    'https://127.0.0.1:PORT/',
    'https://localhost:PORT/',
    'https://0x7f.1:PORT/',
    'https://2130706433:PORT/',
    'https://[::1]:PORT/',
    'https://[::ffff:127.0.0.1]:PORT/',
    'https://0.0.0.0:PORT/',
    'https://169.254.169.254/latest/meta-data',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'ftp://example.com/',
    'file:///etc/passwd',
  ])('%s is refused by default', async (url) => {
    answer = (_request, response) => response.end('reached');
    await expect(call(url.replace('PORT', String(port)), { allow: undefined })).rejects.toThrow(
      'is not allowed',
    );
    expect(requests).toEqual([]);
  });

  it('of a name is refused if the name resolves to a refused address', async () => {
    const refused = (...addresses: string[]) =>
      expect(
        call('https://hooks.example/', { allow: {}, resolve: () => resolvesTo(...addresses) }),
      ).rejects.toThrow(/the address \S+ is not allowed/);
    await refused('127.0.0.1');
    await refused('10.1.2.3');
    await refused('::ffff:169.254.169.254');
    await refused('93.184.215.14', 'fd00::1');
  });

  it('of a name is resolved once, and the connection uses the checked address', async () => {
    answer = (_request, response) => response.end('reached');
    let lookups = 0;
    const resolve = () => {
      lookups += 1;
      return resolvesTo(lookups === 1 ? '127.0.0.1' : '192.0.2.1');
    };
    const { body } = await call(`http://rebinding.example:${port}/`, { resolve });
    expect(body.toString()).toBe('reached');
    expect(requests).toEqual([`GET rebinding.example:${port}/`]);
    expect(lookups).toBe(1);
  });

  it('by http must be of this machine, for any name', async () => {
    const allow = { privateAddresses: true, httpToLoopback: true };
    const resolve = () => resolvesTo('10.1.2.3');
    await expect(call('http://localhost/', { allow, resolve })).rejects.toThrow(
      'http://localhost: the address 10.1.2.3 is not allowed',
    );
  });

  it('that is private or of this machine is used if it is allowed', async () => {
    const allow = { privateAddresses: true };
    // The server does not speak TLS: the handshake fails, after the connection.
    const reached = once(server, 'connection');
    await expect(call(`https://127.0.0.1:${port}/`, { allow })).rejects.not.toThrow('not allowed');
    await reached;
    await expect(call('https://169.254.169.254/', { allow })).rejects.toThrow('is not allowed');
    await expect(call(`http://127.0.0.1:${port}/`, { allow })).rejects.toThrow('is not allowed');
  });

  it('that is not a URL or has a user is refused, and messages do not contain the path', async () => {
    await expect(call(`http://a:b@127.0.0.1:${port}/`)).rejects.toThrow('must not have a user');
    await expect(call('nonsense')).rejects.toThrow('the address is not a URL');
    await expect(call('https://127.0.0.1/secret?token=x')).rejects.toThrow(
      /^https:\/\/127\.0\.0\.1: the address 127\.0\.0\.1 is not allowed$/,
    );
  });

  it('that is refused, or too slow, causes an error with a code', async () => {
    const codeOf = async (url: string, options: Partial<FetchOptions> = {}) => {
      const failure = await call(url, options).catch((error: Error) => error);
      return ((failure as Error).cause as { code?: string }).code;
    };
    answer = () => {};
    expect(await codeOf('https://10.1.2.3/')).toBe('ADDRESS_NOT_ALLOWED');
    expect(await codeOf('ftp://example.com/')).toBe('ADDRESS_NOT_ALLOWED');
    expect(await codeOf(`http://127.0.0.1:${port}/`, { timeoutMs: 50 })).toBe('TIMEOUT');
  });

  it('that does not answer causes an error with its cause', async () => {
    const failure = await call('http://127.0.0.1:1/').catch((error: Error) => error);
    expect(failure).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});
