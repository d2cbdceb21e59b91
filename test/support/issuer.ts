import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { freePort } from './ports.js';

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

async function createKey(kid: string): Promise<Key> {
  return { kid, ...(await generateKeyPair('RS256', { extractable: true })) };
}

/** Shared by all issuers, because generating an RSA key is slow. */
const first = createKey('first');

/** Makes the address of each issuer unique, because ports are used again and applications keep what they learned. */
let issuers = 0;

/** An OpenID Connect issuer on 127.0.0.1 that can rotate its keys, misbehave, stop and restart. */
export class LocalIssuer {
  private server: Server | undefined;
  private keys: Key[] = [];
  /** Number of requests for the key set. */
  keyRequests = 0;
  /** If set, answers all requests. */
  misbehave: RequestListener | undefined;
  url = '';
  protected readonly path: string;

  constructor() {
    issuers += 1;
    this.path = `/${issuers}`;
  }

  async start(): Promise<void> {
    this.keys = [await first];
    await this.listen(await freePort());
  }

  private listen(port: number): Promise<void> {
    const server = createServer((request, response) => {
      if (this.misbehave) return this.misbehave(request, response);
      void this.respond(request, response);
    });
    this.server = server;
    this.url = `http://127.0.0.1:${port}${this.path}`;
    return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  }

  protected async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await this.answer(request.url ?? '');
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  }

  /** The document of OpenID Connect Discovery. */
  protected metadata(): object {
    return { issuer: this.url, jwks_uri: `${this.url}/keys` };
  }

  protected async answer(path: string): Promise<object | undefined> {
    if (path === `${this.path}/.well-known/openid-configuration`) return this.metadata();
    if (path !== `${this.path}/keys`) return undefined;
    this.keyRequests += 1;
    const keys = await Promise.all(
      this.keys.map(async ({ kid, publicKey }) => ({ kid, ...(await exportJWK(publicKey)) })),
    );
    return { keys };
  }

  /** Replaces the key. */
  async rotate(kid: string): Promise<void> {
    this.keys = [await createKey(kid)];
  }

  /** Signs a valid token, changed by `claims`. The value undefined removes a claim. */
  sign(claims: JWTPayload = {}, header: { kid?: string } = {}): Promise<string> {
    const [key] = this.keys;
    if (!key) throw new Error('not started');
    return new SignJWT(this.payload(claims))
      .setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  payload(claims: JWTPayload = {}): JWTPayload {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.url,
      aud: 'srp',
      sub: 'repo:acme/payments:ref:refs/heads/main',
      repository: 'acme/payments',
      iat: now,
      exp: now + 300,
      ...claims,
    };
  }

  /** The public key as text, for tests that it is not accepted as a shared secret. */
  publicKeyText(): Promise<string> {
    const [key] = this.keys;
    if (!key) throw new Error('not started');
    return exportSPKI(key.publicKey);
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise<void>((resolve) => {
      if (this.server?.listening) this.server.close(() => resolve());
      else resolve();
    });
  }

  /** Starts again at the same address. */
  restart(): Promise<void> {
    return this.listen(Number(new URL(this.url).port));
  }
}
