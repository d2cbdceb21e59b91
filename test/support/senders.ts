import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request with a large body, which different clients send. */
export interface Sending {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer<ArrayBuffer>;
}

export interface Received {
  readonly status: number;
  readonly body: string;
}

export type Sender = (sending: Sending) => Promise<Received>;

/** Node's fetch. */
const viaFetch: Sender = async ({ port, path, headers, body }) => {
  const url = `http://127.0.0.1:${port}${path}`;
  const response = await fetch(url, { method: 'POST', headers, body });
  return { status: response.status, body: await response.text() };
};

function post({ port, path, headers, body }: Sending, extra: Record<string, string> = {}) {
  const length = { 'content-length': String(body.length) };
  return httpRequest({
    host: '127.0.0.1',
    port,
    path,
    method: 'POST',
    headers: { ...headers, ...length, ...extra },
  });
}

/** node:http, which sends the body immediately. */
const viaHttp: Sender = async (sending) => {
  const request = post(sending);
  request.end(sending.body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
};

/** node:http, which waits for `100 Continue` before it sends the body. */
const viaHttpExpect: Sender = async (sending) => {
  const request = post(sending, { expect: '100-continue' });
  request.once('continue', () => request.end(sending.body));
  request.flushHeaders();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
};

function head({ path, headers, body }: Sending, more: Record<string, string>): string {
  const all = { host: 'localhost', 'content-length': String(body.length), ...headers, ...more };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** The final response, if it is complete. */
function parse(received: string): Received | undefined {
  const [start = '', body] = received
    .replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
    .split('\r\n\r\n', 2);
  const length = Number(/^content-length: (\d+)/im.exec(start)?.[1]);
  if (body === undefined || Buffer.byteLength(body) < length) return undefined;
  return { status: Number(start.split(' ')[1]), body };
}

/** A client that writes the whole request before it reads the response, like Python's urllib. */
function writesFirst(more: Record<string, string>): Sender {
  return async (sending) => {
    const socket = connect(sending.port, '127.0.0.1').pause();
    await once(socket, 'connect');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.write(head(sending, more));
      socket.write(sending.body, (error) => (error ? reject(error) : resolve()));
    });
    let received = '';
    for await (const chunk of socket) {
      received += chunk;
      const answer = parse(received);
      if (answer) return answer; // leaving the loop closes the connection
    }
    throw new Error(`the connection ended after ${JSON.stringify(received)}`);
  };
}

const viaSocket = writesFirst({});
/** Sends `Expect: 100-continue`, but does not wait for the answer. */
const viaSocketExpect = writesFirst({ expect: '100-continue' });

export const SENDERS = { viaFetch, viaHttp, viaHttpExpect, viaSocket, viaSocketExpect };
