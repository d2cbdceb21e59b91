import { describe, expect, it } from 'vitest';
import { signEnvelope } from '../../security/signing/dsse.js';
import { STATEMENT_MEDIA_TYPE, statementBytes } from '../../security/signing/statement.js';
import { newPack } from './pack.support.js';
import { newKeys } from './pack-keys.support.js';
import {
  about,
  DEPLOYMENT,
  deployment,
  eventId,
  RELEASE,
  uuid,
  VERDICT,
} from './pack-record.support.js';
import { keys, pack, useVerifier } from './verify.support.js';

const { file, verifyFiles } = useVerifier();
const decided = { environment: 'production', decision: 'deny', before: null };

describe('verify.mjs tells the auditor first', () => {
  it('that the last decision was a denial, also if its event was erased', async () => {
    const [denial, at] = [about('verdict.holds-again', 'verdict', VERDICT, decided, RELEASE), 7];
    const erasure = {
      ...about('log.erased', 'log', keys.origin, {}, null),
      data: {
        ...{ event: eventId(at), origin: keys.origin, index: at, reasonSha256: 'a'.repeat(64) },
        ...{ type: denial.type, subject: VERDICT, time: '2026-11-25T10:06:00.000Z', project: 1 },
        kept: decided,
      },
    };
    const { files } = await newPack(keys, { erased: at, more: [denial, erasure] });
    const { text, status } = await verifyFiles(files);
    expect(status, text).toBe(0);
    expect(text).toMatch(/^VERIFIED\n {2}- Version \S+ \S+ \S+ was not allowed into production: /);
    expect(text).toContain('asked for by "(erased)"');
    expect(text).not.toContain('It rests on');
  });

  it.each(['verdict', 'deployment'])(
    'that a %s was written beside the API, in a pack of one environment',
    async (kind) => {
      const id = kind === 'deployment' ? DEPLOYMENT : uuid(8);
      const data = { operation: 'update', before: null, row: deployment.digest };
      const event = { ...about('beside-api', kind, id, data, RELEASE), actor: 'postgres' };
      const { text, status } = await verifyFiles((await newPack(keys, { more: [event] })).files);
      expect(status, text).toBe(0);
      const [summary] = text.split('Not proven:');
      expect(summary).toContain(`has ${kind} ${id}: beside-api, at `);
      expect(summary).toContain('by "postgres"');
      expect(text).toMatch(new RegExp(`beside-api at \\S+ by "postgres", ${id}\n`));
    },
  );

  it('that a verdict is older than the log', async () => {
    const event = about('imported', 'verdict', uuid(8), {}, RELEASE);
    const { text } = await verifyFiles((await newPack(keys, { more: [event] })).files);
    expect(text.split('Not proven:')[0]).toContain(`has verdict ${uuid(8)}: imported, at `);
  });

  it('which signed statements no event of the log has', async () => {
    const path = `attestations/${VERDICT}.verdict.dsse.json`;
    expect((await verifyFiles(pack.files)).text).toContain(`When ${path} was signed`);
  });
});

describe('verify.mjs refuses, also without --keys', () => {
  it('a tree that another key signed after the checkpoint of the auditor', async () => {
    const thief = newKeys(keys.origin);
    const forged = await newPack(thief);
    const own = keys.checkpoint(3, Buffer.alloc(32));
    const files = new Map(forged.files)
      .set('logs/1/checkpoint-3', own)
      .set(
        'keys.json',
        JSON.stringify({ ...thief.packed, log: [...keys.packed.log, ...thief.packed.log] }),
      );
    const { text, status } = await verifyFiles(files);
    expect(text).toContain('this key is not one of yours');
    expect(status).toBe(1);
    const other = { ...thief.packed, log: [...thief.packed.log, ...keys.packed.log] };
    const turned = new Map(files).set('keys.json', JSON.stringify(other));
    expect((await verifyFiles(turned)).status).toBe(1);
  });

  it('a summary about other rules than those of the verdict', async () => {
    const path = `attestations/${VERDICT}.vsa.${'a'.repeat(12)}.dsse.json`;
    const envelope = JSON.parse(pack.files.get(path) ?? '');
    const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString());
    statement.predicate.policy.digest.sha256 = '0'.repeat(64);
    const signed = signEnvelope(STATEMENT_MEDIA_TYPE, statementBytes(statement), [keys.verdicts]);
    const { text, status } = await verifyFiles(
      new Map(pack.files).set(path, JSON.stringify(signed)),
    );
    expect(text).toContain('the policy of the attestation was changed');
    expect(status).toBe(1);
  });
});

describe('verify.mjs and what the auditor brings', () => {
  it.each(['--keys', '--proof'])('another file for %s is no fault of the pack', async (option) => {
    const other = await file('other', await pack.checkpointAt(3));
    const { text, status } = await verifyFiles(pack.files, option, other);
    expect(text).not.toContain('REFUSED');
    expect(status).toBe(2);
  });
});
