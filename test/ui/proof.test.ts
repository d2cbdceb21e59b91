import { describe, expect, it } from 'vitest';
import { parseProof } from '../../src/security/signing/tlog-proof.js';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { logApp } from '../support/log.js';
import { shippedRelease, verifyPack } from '../support/packs.js';
import { expectPage, fieldOf, textOf, visitor } from '../support/ui.js';

const open = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });

/** A server with a log, of callers with tokens, and a verdict in it. */
async function proven() {
  const { release, allowed } = await shippedRelease(open.app);
  const { app, keys } = await logApp({ env: { AUTH_MODE: 'token' } });
  return { app, keys, release: release.id, verdict: `/ui/verdicts/${allowed.id}`, allowed };
}

const issued = () => sql(`SELECT actor FROM events WHERE type = 'audit-pack.issued'`);

describe('the proof of a decision', () => {
  it('says what the script checks, and that verify.mjs is the independent check', async () => {
    const { app, keys, verdict, allowed } = await proven();
    const alice = await visitor(app);
    const page = await alice.open(verdict);
    const [key] = keys.list().log;
    expect(page).toContain(`data-proof="${verdict}/proof" data-keys="${key?.vkey}"`);
    expect(page).toContain(`data-hash="${allowed.verdictHash}" data-decision="allow"`);
    const text = textOf(page);
    expect(text).toContain('Without JavaScript, nothing is checked on this page.');
    expect(text.match(/Not checked/g)).toHaveLength(3);
    expect(text).toContain('from the server under audit');
    expect(text).toContain('The independent check is verify.mjs');
    const proof = await alice.get(`${verdict}/proof`);
    expect(proof.statusCode).toBe(200);
    expect(proof.headers['cache-control']).toBe('no-store');
    expect(JSON.parse(String(parseProof(proof.body).extra)).statement).toContain(allowed.id);
  });

  it('downloads an audit pack that is verified offline', async () => {
    const { app, verdict, release } = await proven();
    const alice = await visitor(app, { subject: 'alice' });
    const url = `/ui/releases/${release}/audit-pack`;
    const pack = await alice.send(verdict, url, {});
    expect(pack.statusCode, pack.body.slice(0, 300)).toBe(200);
    expect(pack.headers['content-type']).toBe('application/x-tar');
    expect(pack.headers['content-disposition']).toMatch(/^attachment; filename="audit-pack-/);
    const { status, output } = await verifyPack(pack.rawPayload);
    expect(status, output).toBe(0);
    expect(await issued()).toEqual([{ actor: 'alice' }]);
  });

  it('403, 404: not without the scope, the token of the session, or the project', async () => {
    const { app, verdict, release } = await proven();
    const url = `/ui/releases/${release}/audit-pack`;
    const reader = await visitor(app, { scopes: ['verdicts:read'] });
    const page = await reader.open(verdict);
    expect(textOf(page)).toContain('It needs the scope log:read.');
    expect(page).not.toContain('data-keys');
    expect(page).not.toContain(`action="${url}"`);
    const antiForgery = fieldOf(page, 'antiForgery');
    const refused = await reader.post(url, { antiForgery });
    expect(textOf(expectPage(refused, 403))).toContain('audit:read');
    const alice = await visitor(app);
    expectPage(await alice.post(url, { antiForgery: 'x' }), 403);
    expectPage(await alice.post(url, { antiForgery }), 403);
    const bound = await visitor(app, { projects: [4711] });
    expectPage(await bound.get(`${verdict}/proof`), 404);
    const own = fieldOf(await bound.open('/ui/inbox'), 'antiForgery');
    expectPage(await bound.post(url, { antiForgery: own }), 404);
    expect(await issued()).toEqual([]);
  });

  it('says that a server without a log proves nothing', async () => {
    const { allowed } = await shippedRelease(open.app);
    const alice = await visitor(guarded.app);
    const page = await alice.open(`/ui/verdicts/${allowed.id}`);
    expect(textOf(page)).toContain('The server has no log');
    expect(page).not.toContain('data-proof');
    expectPage(await alice.get(`/ui/verdicts/${allowed.id}/proof`), 409);
  });
});
