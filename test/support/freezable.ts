import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy to a database that can stop answering, like a frozen PostgreSQL or a network that drops packets. */
export interface Freezable {
  readonly url: string;
  /** Stops all traffic, on open and new connections. New connections are still accepted. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

/** Opens a port on 127.0.0.1 that forwards to a database. */
export async function freezable(url: string): Promise<Freezable> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let frozen = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => {});
    if (frozen) socket.pause();
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    client.pipe(upstream);
    upstream.pipe(client);
    keep(client);
    keep(upstream);
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as AddressInfo).port);
  const all = (change: (socket: Socket) => void) => {
    for (const socket of sockets) change(socket);
  };
  return {
    url: through.href,
    freeze() {
      frozen = true;
      all((socket) => socket.pause());
    },
    thaw() {
      frozen = false;
      all((socket) => socket.resume());
    },
    async close() {
      all((socket) => socket.destroy());
      await new Promise((done) => server.close(done));
    },
  };
}
