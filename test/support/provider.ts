import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JWTPayload } from 'jose';
import { LocalIssuer } from './issuer.js';

export const CLIENT = { id: 'srp', secret: 'client secret: +/%' };

interface Granted {
  readonly challenge: string;
  readonly nonce: string;
  readonly redirectUri: string;
  readonly claims: JWTPayload;
}

/** RFC 6749, section 2.3.1: both are form-encoded before they are joined. */
const formEncoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
const BASIC = `Basic ${Buffer.from(`${formEncoded(CLIENT.id)}:${formEncoded(CLIENT.secret)}`).toString('base64')}`;

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
}

/**
 * An identity provider on 127.0.0.1: the authorization code flow with PKCE (RFC 6749, section 4.1; RFC 7636; OpenID
 * Connect Core 1.0, section 3.1). It refuses what these refuse: a code that was used, another client, another verifier.
 */
export class LocalProvider extends LocalIssuer {
  private readonly codes = new Map<string, Granted>();
  private readonly people = new Map<string, JWTPayload>();
  /** If set, the ID token leaves the groups to the user info. */
  groupsInUserInfo = false;
  /** Changes the ID token before it is signed. */
  forge: (claims: JWTPayload) => JWTPayload = (claims) => claims;
  /** Changes the ID token after it was signed. */
  tamper: (token: string) => string = (token) => token;
  /** Number of requests with a code. */
  tokenRequests = 0;
  /** The last address that a browser was sent to. */
  lastRequest = new URLSearchParams();

  protected override metadata(): object {
    return {
      ...super.metadata(),
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      ...(this.groupsInUserInfo && { userinfo_endpoint: `${this.url}/userinfo` }),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  /**
   * What a person does here: proves who it is, and is sent back. @param address where the server sent the browser
   * @returns the address of the callback, with a code
   */
  authorize(address: string, claims: JWTPayload): URL {
    const url = new URL(address);
    const asked = url.searchParams;
    this.lastRequest = asked;
    const get = (name: string) => asked.get(name) ?? '';
    const isValid =
      url.href.startsWith(`${this.url}/authorize?`) &&
      get('client_id') === CLIENT.id &&
      get('response_type') === 'code' &&
      get('code_challenge_method') === 'S256' &&
      get('scope').split(' ').includes('openid') &&
      Math.min(get('state').length, get('nonce').length, get('code_challenge').length) >= 43;
    if (!isValid) throw new Error(`not a valid request: ${address}`);
    const code = randomBytes(24).toString('base64url');
    const redirectUri = get('redirect_uri');
    this.codes.set(code, {
      challenge: get('code_challenge'),
      nonce: get('nonce'),
      redirectUri,
      claims,
    });
    const callback = new URL(redirectUri);
    callback.search = new URLSearchParams({ code, state: get('state'), iss: this.url }).toString();
    return callback;
  }

  protected override async respond(request: IncomingMessage, response: ServerResponse) {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.url === `${this.path}/userinfo`) {
      const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
      const person = this.people.get(token);
      return person ? answer(200, person) : answer(401, { error: 'invalid_token' });
    }
    if (request.url !== `${this.path}/token`) return super.respond(request, response);
    this.tokenRequests += 1;
    const form = await formOf(request);
    if (request.headers.authorization !== BASIC) return answer(401, { error: 'invalid_client' });
    const granted = this.take(form);
    if (!granted) return answer(400, { error: 'invalid_grant' });
    const accessToken = randomBytes(24).toString('base64url');
    this.people.set(accessToken, granted.claims);
    const { groups, ...rest } = granted.claims;
    const claims = this.groupsInUserInfo
      ? rest
      : { ...rest, ...(groups !== undefined && { groups }) };
    const idToken = await this.sign(
      this.forge({ repository: undefined, aud: CLIENT.id, nonce: granted.nonce, ...claims }),
    );
    return answer(200, {
      access_token: accessToken,
      token_type: 'Bearer',
      id_token: this.tamper(idToken),
    });
  }

  /** A code is valid once, for the verifier and the address that it was given for. */
  private take(form: URLSearchParams): Granted | undefined {
    const code = form.get('code') ?? '';
    const granted = this.codes.get(code);
    this.codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isHis =
      form.get('grant_type') === 'authorization_code' &&
      granted?.challenge === challenge &&
      granted.redirectUri === form.get('redirect_uri');
    return isHis ? granted : undefined;
  }
}
