import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A span of OTLP as JSON (opentelemetry-proto, trace/v1), as far as tests look at it. */
export interface ToldSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: unknown }[];
  readonly status: { readonly code?: number; readonly message?: string };
  readonly events?: readonly unknown[];
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: ToldSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly ToldSpan[] }[];
  }[];
}

interface Answering {
  /** Status of each answer. `never`: it reads the request and does not answer. */
  readonly status?: number | 'never';
}

/** A collector that keeps what it is sent. */
export async function startCollector({ status = 200 }: Answering = {}) {
  const exports: Export[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer(async (request, response) => {
    if (request.url !== '/v1/traces') return response.writeHead(404).end();
    headers.push(request.headers);
    exports.push((await json(request)) as Export);
    if (status === 'never') return undefined;
    return response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    headers,
    /** All bytes, to look for what must not be in them. */
    text: () => JSON.stringify(exports),
    resource: () => exports[0]?.resourceSpans[0]?.resource.attributes ?? [],
    spans: () =>
      exports.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => [...spans])),
      ),
  };
}
