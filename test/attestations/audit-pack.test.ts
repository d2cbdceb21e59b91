import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.js';
import { callContext } from '../../src/database/context.js';
import { tarOf, withManifest } from '../../src/features/attestations/pack-archive.support.js';
import { erase, recover, rotate, tilesOf } from '../../src/features/transparency/index.js';
import { formatCheckpoint } from '../../src/security/signing/checkpoint.js';
import { rootAt } from '../../src/security/signing/tiles.js';
import { buildTestApp } from '../support/app.js';
import { guardAsking, person, say, withdraw } from '../support/approvals.js';
import { giveToken } from '../support/callers.js';
import { sql, testDatabaseUrl } from '../support/database.js';
import { bom } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { anotherPool, logApp, tamper } from '../support/log.js';
import { filesOf, packOf, shippedRelease, verifyPack, written } from '../support/packs.js';
import { createRelease, revoke } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { evidenceOfAll, verdictOf } from '../support/verdicts.js';
import { revokeWaiver } from '../support/waivers.js';

/** The pack with changed files. undefined: without the file. */
function packed(files: ReadonlyMap<string, string>, change: (path: string) => string | undefined) {
  const kept = [...files.keys()].flatMap((path) => {
    const text = path === 'manifest.json' ? undefined : change(path);
    return text === undefined ? [] : [[path, text] as const];
  });
  return tarOf(withManifest(new Map(kept)));
}

const sizeOf = (files: ReadonlyMap<string, string>): number =>
  JSON.parse(files.get('pack.json') ?? '{}').size;

describe('GET /releases/{id}/audit-pack', () => {
  it('has all that is recorded about the release, and is verified offline', async () => {
    const { app } = await logApp();
    const { release, artifact, waiver, denied, allowed } = await shippedRelease(app);
    const pack = await packOf(app, release.id);
    const files = await filesOf(pack);
    const paths = [...files.keys()];
    expect(paths.slice(0, 5)).toEqual([
      'README.txt',
      'pack.json',
      'keys.json',
      'logs/1/checkpoint',
      'entries/000001.jsonl',
    ]);
    expect(paths.slice(-2)).toEqual(['verify.mjs', 'manifest.json']);
    expect(paths).toEqual(
      expect.arrayContaining([
        `verdicts/${denied.id}.json`,
        `verdicts/${allowed.id}.json`,
        `attestations/${allowed.id}.verdict.dsse.json`,
        'policies/baseline-2.json',
        `waivers/${waiver}.json`,
      ]),
    );
    const count = (folder: string) => paths.filter((path) => path.startsWith(folder)).length;
    expect([count('evidence/'), count('documents/'), count('deployments/')]).toEqual([5, 5, 1]);
    expect(files.get('README.txt')).toContain(`Audit pack of release ${release.version}`);
    expect(files.get(`waivers/${waiver}.json`)).toContain('Never called');
    const envelope = JSON.parse(files.get(`attestations/${allowed.id}.verdict.dsse.json`) ?? '');
    const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString());
    expect(statement.subject).toEqual([{ name: 'image', digest: { sha256: artifact } }]);

    const { output, status } = await verifyPack(pack);
    expect(output).toMatch(/^VERIFIED\n/);
    expect(output).not.toContain('missing at the end');
    const line = ({ id, decision }: typeof allowed) =>
      new RegExp(
        `verdict.decided at \\S+ by "anonymous", ${id}, environment production, decision ${decision}\n`,
      );
    expect(output).toContain(`It rests on waiver ${waiver} of `);
    expect(output).toMatch(/was deployed to production: \w+, authorization authorized, at /);
    expect(output).toMatch(line(denied));
    expect(output).toMatch(line(allowed));
    expect(output).toContain('Attestations: 2. A key for verdicts signed each');
    expect(status).toBe(0);
  });

  it('has what people said and saw, bound to the log and to the verdicts', async () => {
    const { app } = await logApp();
    const { id } = await createRelease(app);
    await guardAsking(app);
    await evidenceOfAll(app, id);
    const guarded = await buildTestApp(testDatabaseUrl(), { AUTH_MODE: 'token' });
    const alice = await person();
    const no = await say(guarded, id, alice, { decision: 'reject', reason: 'Not now' });
    await withdraw(guarded, no.id, alice.headers);
    const yes = await say(guarded, id, alice);
    await guarded.close();
    expect((await verdictOf(app, id, { environment: 'gate' })).decision).toBe('allow');
    const pack = await packOf(app, id);
    const files = await filesOf(pack);
    const path = `approvals/${yes.id}.json`;
    expect(JSON.parse(files.get(path) ?? '')).toMatchObject({
      person: 'alice',
      seen: yes.seen,
      risk: { environment: 'gate', coverage: expect.any(Array) },
    });
    expect(files.has(`approvals/${no.id}.json`)).toBe(true);
    const { output, status } = await verifyPack(pack);
    expect(status, output).toBe(0);
    const tampered = async (change: (text: string) => string | undefined) => {
      const text = change(files.get(path) ?? '');
      const all = new Map(files);
      all.delete('manifest.json');
      if (text === undefined) all.delete(path);
      else all.set(path, text);
      return (await verifyPack(tarOf(withManifest(all)))).output;
    };
    expect(await tampered((text) => text.replace('"alice"', '"mallory"'))).toContain(
      `approvals/${yes.id}.json: the person of approval ${yes.id} was changed`,
    );
    expect(await tampered((text) => text.replace('"coverage":[', '"coverage":[1,'))).toContain(
      `the risk of approval ${yes.id} was changed`,
    );
    expect(await tampered(() => undefined)).toContain('the log has it, and the pack does not');
  });

  it('is the same bytes for the same size, whatever happened since', async () => {
    const { app } = await logApp();
    const { release, waiver } = await shippedRelease(app);
    const first = await packOf(app, release.id);
    const size = sizeOf(await filesOf(first));
    await revokeWaiver(app, waiver);
    await uploaded(app, release.id, bom([{ licence: 'ISC' }]), { label: 'sbom' });
    await revoke(app, release.id);
    const again = await packOf(app, release.id, `size=${size}`);
    expect(again.equals(first)).toBe(true);
    const later = await filesOf(await packOf(app, release.id));
    expect(sizeOf(later)).toBeGreaterThan(size + 3);
    expect((await verifyPack(again)).status).toBe(0);
  });

  it('records that it was issued only without a size', async () => {
    const { app } = await logApp();
    const { id } = await createRelease(app);
    const size = sizeOf(await filesOf(await packOf(app, id)));
    await packOf(app, id, `size=${size}`);
    const issued = await sql(`SELECT data FROM events WHERE type = 'audit-pack.issued'`);
    expect(issued).toEqual([{ data: '{"environment":null}' }]);
  });

  it('has verdicts and deployments of one environment, and all entries', async () => {
    const { app } = await logApp();
    const { release } = await shippedRelease(app);
    await app.inject(`/assert?release=${release.id}&environment=staging`);
    const pack = await packOf(app, release.id, 'environment=staging');
    const files = await filesOf(pack);
    const verdicts = [...files].filter(([path]) => path.startsWith('verdicts/'));
    expect(verdicts.map(([, text]) => JSON.parse(text).environment)).toEqual(['staging']);
    expect([...files.keys()].filter((path) => path.startsWith('deployments/'))).toEqual([]);
    const { output, status } = await verifyPack(pack);
    expect(output).toContain('VERIFIED');
    expect(status).toBe(0);
  });

  it('proves that the log only grew since a checkpoint from before', async () => {
    const { app, settle } = await logApp();
    const { release } = await shippedRelease(app);
    await settle();
    const checkpoint = (await app.inject('/log/checkpoint')).body;
    const from = checkpoint.split('\n')[1];
    await uploaded(app, release.id, bom([{ licence: 'ISC' }]), { label: 'sbom' });
    const keys = (await app.inject('/log/keys')).body;
    const brought = ['--checkpoint', await written(checkpoint), '--keys', await written(keys)];
    const pack = await packOf(app, release.id, `from=${from}`);
    const { output, status } = await verifyPack(pack, ...brought);
    expect(output).toContain(`The log has grown from your checkpoint of size ${from}`);
    expect(output).toContain('The keys are those that you kept');
    expect(status).toBe(0);
    const without = await verifyPack(await packOf(app, release.id), ...brought);
    expect(without.output).toContain(`get /log/consistency?log=1&from=${from}&to=`);
    expect(without.status).toBe(2);
  });

  it('is verified with keys from before they were rotated, and with a checkpoint of them', async () => {
    const { app, keys, settle } = await logApp();
    const { release } = await shippedRelease(app);
    await settle();
    const checkpoint = (await app.inject('/log/checkpoint')).body;
    const kept = await written((await app.inject('/log/keys')).body);
    const context = callContext(anotherPool().store, ANONYMOUS, 'test');
    for (const purpose of ['log', 'verdicts', 'log'] as const) await rotate(context, keys, purpose);
    const pack = await packOf(app, release.id, `from=${checkpoint.split('\n')[1]}`);
    const brought = ['--checkpoint', await written(checkpoint), '--keys', kept];
    const { output, status } = await verifyPack(pack, ...brought);
    expect(output).toContain('The keys are those that you kept (--keys), or follow them');
    expect(output).toContain('The log has grown from your checkpoint');
    expect(status).toBe(0);
    expect(await verifyPack(pack, ...brought.slice(0, 2))).toMatchObject({ status: 0 });
    const other = { log: [], verdicts: [] };
    const foreign = await verifyPack(pack, '--keys', await written(JSON.stringify(other)));
    expect(foreign.output).toContain('this key is not one of yours');
    expect(foreign.status).toBe(1);
  });

  it('is verified when an event was erased, and says so', async () => {
    const { app } = await logApp();
    const { release } = await shippedRelease(app);
    const [event] = await sql<{ id: string }>(
      `SELECT id FROM events WHERE type = 'evidence.received' LIMIT 1`,
    );
    await packOf(app, release.id);
    const owner = callContext(anotherPool().store, ANONYMOUS, 'test');
    await erase(owner, event?.id ?? '', 'A name');
    const { output, status } = await verifyPack(await packOf(app, release.id));
    expect(output).toMatch(/Entry 1\/\d+ was erased: its place in the log is proven/);
    expect(output).not.toContain('All of evidence');
    expect(status).toBe(0);
  });

  it('is verified when a log ended before its last entries were signed', async () => {
    const { app, keys, settle } = await logApp();
    const { release } = await shippedRelease(app);
    await settle();
    await packOf(app, release.id);
    const { origin, size, root } = await keys.lastSigned();
    // A backup of a moment between integration and signature was restored.
    await tamper(`DELETE FROM log_checkpoints WHERE size = ${size}`);
    await keys.saveSigned({ origin, size: size + 1, root });
    const context = callContext(anotherPool().store, ANONYMOUS, 'test');
    await recover(context, keys, `${origin}/next`, 'Restored');
    const { output, status } = await verifyPack(await packOf(app, release.id));
    expect(output).toMatch(/follow each other without a gap: all up to entry 2\/1/);
    expect(output).toContain('The restore between two logs lost no event of the release');
    expect(status).toBe(0);
  });

  it('shows a log that ended to an auditor who kept a checkpoint of it, also of a later release', async () => {
    const { app, keys, settle } = await logApp();
    const first = (await shippedRelease(app)).release;
    const early = (await app.inject('/log/checkpoint')).body;
    await settle();
    await createRelease(app, { version: '8.0.0' });
    await settle();
    const { origin, size, root } = await keys.lastSigned();
    await keys.saveSigned({ origin, size: size + 1, root });
    const context = callContext(anotherPool().store, ANONYMOUS, 'test');
    await recover(context, keys, `${origin}/next`, 'Restored');
    const later = await createRelease(app, { version: '9.0.0' });
    const from = Number(early.split('\n')[1]);
    const proof = (await app.inject(`/log/consistency?log=1&from=${from}`)).body;
    const note = await written(early);
    for (const { id } of [first, later]) {
      const pack = await packOf(app, id);
      const asked = await verifyPack(pack, '--checkpoint', note);
      expect(asked.output).toContain(`get /log/consistency?log=1&from=${from}&to=${size} `);
      expect(asked.status).toBe(2);
      const brought = ['--checkpoint', note, '--proof', await written(proof)];
      const { output, status } = await verifyPack(pack, ...brought);
      expect(output).toContain(`The log has grown from your checkpoint of size ${from}`);
      expect(output).toContain('The log was not rewritten before this pack. Use --checkpoint');
      expect(status, output).toBe(0);
    }
  });

  it('misses an attestation that was taken out of a pack, or exchanged', async () => {
    const { app } = await logApp();
    const { release, allowed } = await shippedRelease(app);
    await app.inject(`/verdicts/${allowed.id}/attestation?predicate=vsa`);
    const pack = await packOf(app, release.id);
    const files = await filesOf(pack);
    const paths = [...files.keys()].filter((path) => path.startsWith('attestations/'));
    expect(paths).toHaveLength(3);
    expect((await verifyPack(pack)).status).toBe(0);
    for (const path of paths) {
      const cut = await verifyPack(
        packed(files, (name) => (name === path ? undefined : files.get(name))),
      );
      expect(cut.output).toContain('the log has an attestation that is missing');
      expect(cut.status).toBe(1);
    }
    const [first = '', second = ''] = paths;
    const other = files.get(second) ?? '';
    const exchanged = packed(files, (name) => (name === first ? other : files.get(name)));
    expect((await verifyPack(exchanged)).status).toBe(1);
  });

  describe('with a waiver that was approved before a log ended, and after its last signature', () => {
    /** A pack whose waiver is of the whole project: only its own entries say that it was approved. */
    async function recovered() {
      const { app, keys, settle } = await logApp();
      const { release } = await shippedRelease(app);
      await settle();
      const { origin, size, root } = await keys.lastSigned();
      const [approved] = await sql<{ index: string }>(
        `SELECT x.index FROM log_entries x JOIN events e ON e.id = x.event_id WHERE e.type = 'waiver.approved'`,
      );
      // A backup of a moment between integration and signature was restored.
      const before = Number(approved?.index);
      const signed = formatCheckpoint({ origin, size: before, root: await rootOf(before) });
      await tamper(`DELETE FROM log_checkpoints`);
      await sql(`INSERT INTO log_checkpoints (log_id, size, root, note) VALUES (1, $1, $2, $3)`, [
        before,
        await rootOf(before),
        keys.log.signCheckpoint(signed),
      ]);
      await keys.saveSigned({ origin, size: size + 1, root });
      const context = callContext(anotherPool().store, ANONYMOUS, 'test');
      await recover(context, keys, `${origin}/next`, 'Restored');
      return { pack: await packOf(app, release.id) };
    }
    const rootOf = (size: number) => rootAt(size, tilesOf(anotherPool(), 1));

    it('is verified', async () => {
      const { output, status } = await verifyPack((await recovered()).pack);
      expect(output).toMatch(/^VERIFIED/);
      expect(output).not.toContain('The reason and the times of waiver');
      expect(status).toBe(0);
    });

    it('is refused without the approval, with another, or without the end of the log', async () => {
      const { pack } = await recovered();
      const files = await filesOf(pack);
      const change = (lines: (line: string) => string | undefined) =>
        packed(files, (name) => {
          const text = files.get(name);
          if (!name.startsWith('entries/') || text === undefined) return text;
          return text
            .trimEnd()
            .split('\n')
            .flatMap((line) => lines(line) ?? [])
            .map((line) => `${line}\n`)
            .join('');
        });
      const isApproval = (line: string) => line.includes('waiver.approved');
      const cases = [
        change((line) => (isApproval(line) ? undefined : line)),
        change((line) => (isApproval(line) ? line.replace('alice', 'eve42') : line)),
        change((line) =>
          isApproval(line) ? line.replace(/"proof":\[[^\]]*\]/, '"proof":[]') : line,
        ),
        change((line) => (line.includes('log.recovered') ? undefined : line)),
      ];
      for (const changed of cases) {
        expect((await verifyPack(changed)).output).toMatch(/^REFUSED/);
      }
    });
  });

  it('works for a release of which nothing is known but that it exists', async () => {
    const { app } = await logApp();
    const { id } = await createRelease(app);
    expect(await verifyPack(await packOf(app, id))).toMatchObject({ status: 0 });
  });

  it('has more entries than a batch', async () => {
    const { app } = await logApp();
    const { id } = await createRelease(app);
    await sql(
      `INSERT INTO events (type, subject_kind, subject_id, project_id, release_id, actor, data)
       SELECT 'release.updated', 'release', $1::text, 1, $1::uuid, 'test', '{}' FROM generate_series(1, 1200)`,
      [id],
    );
    const pack = await packOf(app, id);
    const entries = [...(await filesOf(pack)).keys()].filter((path) => path.startsWith('entries/'));
    expect(entries).toHaveLength(3);
    const { output, status } = await verifyPack(pack);
    expect(output).toContain('The 1202 events of the release follow each other without a gap');
    expect(status).toBe(0);
  });
});

describe('GET /releases/{id}/audit-pack: problems', () => {
  it('404 for a release or environment that does not exist, or is out of reach', async () => {
    const { app } = await logApp({ env: { AUTH_MODE: 'token' } });
    const open = await logApp();
    const { id } = await createRelease(open.app);
    const missing = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    const auditor = await giveToken({ scopes: ['audit:read'] });
    const ask = (path: string, { headers } = auditor) => app.inject({ url: path, headers });
    expectProblem(await ask(`/releases/${missing}/audit-pack`), 404, 'release-not-found');
    const nowhere = await ask(`/releases/${id}/audit-pack?environment=nowhere`);
    expectProblem(nowhere, 404, 'environment-not-found');
    const bound = await giveToken({ scopes: ['audit:read'], projects: [7] });
    expectProblem(await ask(`/releases/${id}/audit-pack`, bound), 404, 'release-not-found');
    const reader = await giveToken({ scopes: ['verdicts:read'] });
    expectProblem(await ask(`/releases/${id}/audit-pack`, reader), 403, 'insufficient-scope');
    expect(await sql(`SELECT 1 FROM events WHERE type = 'audit-pack.issued'`)).toEqual([]);
  });

  it.each([
    ['size=7000000', 404, 'not-in-log'],
    ['size=-1', 400, 'validation-failed'],
    ['size=1.5', 400, 'validation-failed'],
    ['from=9007199254740991', 400, 'validation-failed'],
    ['from=x', 400, 'validation-failed'],
    ['environment=A', 400, 'validation-failed'],
    ['other=1', 400, 'validation-failed'],
  ])('%s: %i %s', async (query, status, code) => {
    const { app } = await logApp();
    const { id } = await createRelease(app);
    expectProblem(await app.inject(`/releases/${id}/audit-pack?${query}`), status, code);
  });
});
