import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../shared/canonical-json.js';
import { commitmentOf, type EventRow, statementOf } from './statement.js';

const EVENT: EventRow = {
  id: '01a22465-7233-7c51-89ef-6cfa941ad381',
  time: new Date('2026-11-28T23:02:37.883Z'),
  type: 'release.created',
  subjectKind: 'release',
  subjectId: '01a22465-6be8-7377-b985-2e94cdca49f5',
  projectId: 1,
  releaseId: '01a22465-6be8-7377-b985-2e94cdca49f5',
  actor: 'alice',
  credential: 'token:1',
  requestId: 'r1',
  data: '{"version":"1.0.0", "commit":"abc"}',
};
const FIRST = { sequence: 1, previous: null };

describe('the statement of an event', () => {
  it('is canonical JSON of every member', () => {
    expect(statementOf(EVENT, FIRST)).toBe(
      [
        '{"actor":"alice","credential":"token:1","data":{"commit":"abc","version":"1.0.0"},',
        '"id":"01a22465-7233-7c51-89ef-6cfa941ad381","previous":null,"project":1,',
        '"release":"01a22465-6be8-7377-b985-2e94cdca49f5","requestId":"r1","schema":"urn:srp:event:v1",',
        '"sequence":1,"subject":{"id":"01a22465-6be8-7377-b985-2e94cdca49f5","kind":"release"},',
        '"time":"2026-11-28T23:02:37.883Z","type":"release.created"}',
      ].join(''),
    );
    const next = statementOf(EVENT, { sequence: 2, previous: Buffer.alloc(32, 1) });
    expect(JSON.parse(next)).toMatchObject({ sequence: 2, previous: '01'.repeat(32) });
  });

  it('is what RFC 8785 makes of its members, whatever they are', () => {
    const text = fc.string({ unit: 'grapheme' });
    const maybe = fc.option(text);
    const event = fc.record({
      id: fc.uuid(),
      time: fc.date({ noInvalidDate: true }),
      type: text,
      subjectKind: text,
      subjectId: text,
      projectId: fc.option(fc.nat()),
      releaseId: fc.option(fc.uuid()),
      actor: text,
      credential: maybe,
      requestId: maybe,
      data: fc
        .dictionary(text, fc.oneof(text, fc.integer(), fc.boolean()))
        .map((data) => JSON.stringify(data)),
    });
    const previous = fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }).map(Buffer.from));
    fc.assert(
      fc.property(event, fc.option(fc.nat()), previous, (one, sequence, before) => {
        const statement = statementOf(one, { sequence, previous: before });
        expect(statement).toBe(canonicalJson(JSON.parse(statement)));
      }),
    );
  });

  it('has the digest of data that does not fit, and of data that is not a JSON object', () => {
    const deep = `{"a":${'['.repeat(70)}${']'.repeat(70)}}`;
    const large = JSON.stringify({ a: 'x'.repeat(16_370) });
    for (const data of [large, deep, 'not JSON', '[1]', 'null', '{"a":1e400}']) {
      const sha256 = createHash('sha256').update(data).digest('hex');
      const statement = statementOf({ ...EVENT, data }, FIRST);
      expect(JSON.parse(statement).data, data.slice(0, 20)).toEqual({ sha256 });
      expect(Buffer.byteLength(statement)).toBeLessThanOrEqual(16_384);
    }
  });

  it('exists for a time that JavaScript does not have', () => {
    const time = new Date(Number.NaN);
    expect(JSON.parse(statementOf({ ...EVENT, time }, FIRST)).time).toBe('Invalid Date');
  });

  it('is committed to with a salt', () => {
    const salt = Buffer.alloc(32, 7);
    const statement = statementOf(EVENT, FIRST);
    const expected = createHash('sha256').update(Buffer.concat([salt, Buffer.from(statement)]));
    expect(commitmentOf(salt, statement)).toEqual(expected.digest());
    expect(commitmentOf(Buffer.alloc(32, 8), statement)).not.toEqual(commitmentOf(salt, statement));
  });
});
