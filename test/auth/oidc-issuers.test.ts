import { describe, expect, it } from 'vitest';
import { setClock, skipTime } from '../support/clock.js';
import { useOidc } from '../support/oidc.js';
import { expectProblem } from '../support/requests.js';

const oidc = useOidc();
const { trust, call } = oidc;

describe('an issuer', () => {
  const isRefused = async () =>
    expectProblem(await call(await oidc.issuer.sign()), 401, 'unauthenticated');

  it('that does not answer leads to 401, and works again when it returns', async () => {
    await trust();
    await oidc.issuer.stop();
    await isRefused();
    await oidc.issuer.restart();
    skipTime(2001); // a failure is remembered for 2 s
    expect((await call(await oidc.issuer.sign())).statusCode).toBe(200);
  });

  it('that fails is called only from time to time', async () => {
    await trust();
    let asked = 0;
    oidc.issuer.misbehave = (_request, response) => {
      asked += 1;
      response.writeHead(500).end();
    };
    setClock(Date.now());
    for (let i = 0; i < 20; i += 1) await isRefused();
    expect(asked).toBe(1);
    skipTime(2001);
    await isRefused();
    expect(asked).toBe(2);
  });

  it('that fails later keeps working with its known keys', async () => {
    await trust();
    expect((await call(await oidc.issuer.sign())).statusCode).toBe(200);
    await oidc.issuer.stop();
    expect((await call(await oidc.issuer.sign({ jti: 'new' }))).statusCode).toBe(200);
  });

  it('that never answers leads to 401', async () => {
    await trust();
    oidc.issuer.misbehave = () => {};
    await isRefused();
  });

  it('that redirects is not followed', async () => {
    await trust();
    let followed = false;
    oidc.issuer.misbehave = (request, response) => {
      followed ||= request.url === '/elsewhere';
      response.writeHead(302, { location: '/elsewhere' }).end();
    };
    await isRefused();
    expect(followed).toBe(false);
  });

  it('that sends an endless answer is cut off', async () => {
    await trust();
    let written = 0;
    oidc.issuer.misbehave = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && written < 50_000_000) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536, ' '))) return response.once('drain', more);
        }
        return response;
      };
      more();
    };
    await isRefused();
    expect(written).toBeLessThan(20_000_000);
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['null', 'null'],
    [
      'another issuer',
      '{"issuer":"https://evil.example.org","jwks_uri":"https://evil.example.org"}',
    ],
    ['no keys', '{"issuer":"ISSUER"}'],
    ['keys behind plain http', '{"issuer":"ISSUER","jwks_uri":"http://192.0.2.1/keys"}'],
    ['keys in a file', '{"issuer":"ISSUER","jwks_uri":"file:///etc/passwd"}'],
  ])('whose configuration has %s leads to 401', async (_case, text) => {
    await trust();
    oidc.issuer.misbehave = (_request, response) => {
      response.writeHead(200).end(text.replace('ISSUER', oidc.issuer.url));
    };
    await isRefused();
  });
});
