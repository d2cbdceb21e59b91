import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  append,
  consistencyOf,
  digestOf,
  envelopeOf,
  type Files,
  pack,
  sha256,
  TestLog,
} from './pack.support.js';

const PROGRAM = fileURLToPath(new URL('./verify.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'srp-verify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RELEASE = 'release-1';
const ARTIFACT = 'a'.repeat(64);
const DOCUMENT = '{"tests":3}';
const STORED = sha256(DOCUMENT).toString('hex');
const RULES = [{ rule: 'tests-passed', mode: 'block' }];
const TERMS = {
  id: 'waiver-1',
  projectId: 1,
  releaseId: null,
  rule: 'CVE-2021-23337',
  about: 'finding',
  purl: null,
  reason: 'Never called',
  expiresAt: '2027-01-01T00:00:00.000Z',
  approvedAt: '2026-12-01T00:00:00.000Z',
  approvedBy: 'bob',
};
const [requestedAt, requestedBy] = ['2026-11-30T00:00:00.000Z', 'alice'];
const WAIVER = { ...TERMS, createdAt: requestedAt, createdBy: requestedBy };

const INPUTS = {
  release: { id: RELEASE, projectId: 1, version: '1.0.0' },
  environment: 'production',
  artifacts: [{ name: 'app', sha256: ARTIFACT }],
  evidence: [{ id: 'evidence-1', kind: 'junit', sha256: STORED, storedSha256: STORED }],
  policies: [{ name: 'baseline', version: 2, sha256: digestOf(RULES), rules: RULES }],
  waivers: [{ id: 'waiver-1', rule: 'CVE-2021-23337' }],
  running: null,
  tooOld: [{ policy: 'baseline', version: 2, index: 0, evidence: ['evidence-1'] }],
};

function verdictOf(inputs: typeof INPUTS, id = 'verdict-1') {
  const { evidence, policies, tooOld, ...rest } = inputs;
  const inputsHash = digestOf({
    ...rest,
    engine: 3,
    evidence: evidence.map(({ id: _id, ...content }) => content),
    policies: policies.map(({ rules: _rules, ...policy }) => policy),
    tooOld: tooOld.map((rule) => ({ ...rule, evidence: [0] })),
  });
  const results = [{ rule: 'tests-passed', status: 'pass', message: 'é 1.5' }];
  const said = { releaseId: RELEASE, environment: 'production', inputsHash, engine: 3 };
  const decided = { ...said, decision: 'allow', results };
  return { id, ...decided, inputs, verdictHash: digestOf(decided) };
}

/** A log with the release's five entries among others, and the files of its pack. */
function world() {
  const log = new TestLog('srp.invalid/test');
  const verdict = verdictOf(INPUTS);
  const { inputsHash, verdictHash, environment, decision } = verdict;
  const about = (kind: string, id: string) => ({ subject: { kind, id }, release: RELEASE });
  const other = { type: 'project.created', subject: { kind: 'project', id: '9' }, data: {} };
  const lines = append(log, [
    { ...other, release: null },
    { type: 'release.created', ...about('release', RELEASE), data: { version: '1.0.0' } },
    {
      type: 'evidence.received',
      ...about('evidence', 'evidence-1'),
      data: { receivedSha256: STORED, storedSha256: STORED },
    },
    {
      type: 'waiver.approved',
      subject: { kind: 'waiver', id: 'waiver-1' },
      release: null,
      data: { requestedBy, sha256: digestOf({ ...TERMS, requestedAt, requestedBy }) },
    },
    {
      type: 'verdict.decided',
      ...about('verdict', 'verdict-1'),
      data: { environment, decision, inputsHash, verdictHash },
    },
    { type: 'audit-pack.issued', ...about('release', RELEASE), data: { environment: null } },
  ]).filter(({ index }) => index > 0);
  const statement = {
    subject: [{ name: 'app', digest: { sha256: ARTIFACT } }],
    predicate: { verificationResult: 'PASSED' },
  };
  const { publicKey, envelope } = envelopeOf(statement);
  const keys = {
    log: [{ origin: log.origin, vkey: log.vkey, from: '', until: null }],
    verdicts: [{ keyId: 'test', publicKey, from: '', until: null }],
  };
  const size = log.leaves.length;
  const head = {
    schema: 'srp-audit-pack/v1',
    release: { id: RELEASE, projectId: 1, version: '1.0.0' },
    environment: null,
    log: 1,
    size,
  };
  const sorted = lines.toSorted((a, b) => (a.sequence ?? 99) - (b.sequence ?? 99));
  const entries = () =>
    sorted.map((line) => JSON.stringify({ ...line, proof: log.proof(line.index) }));
  const files: Files = new Map([
    ['README.txt', 'Run: node verify.mjs'],
    ['pack.json', JSON.stringify(head)],
    ['keys.json', JSON.stringify(keys)],
    ['logs/1/checkpoint', log.checkpoint()],
    ['entries/000001.jsonl', `${entries().join('\n')}\n`],
    ['verdicts/verdict-1.json', JSON.stringify(verdict)],
    ['attestations/verdict-1.vsa.dsse.json', JSON.stringify(envelope)],
    ['policies/baseline-2.json', JSON.stringify({ name: 'baseline', version: 2, rules: RULES })],
    ['waivers/waiver-1.json', JSON.stringify(WAIVER)],
    ['evidence/evidence-1.json', '{"id":"evidence-1"}'],
    [`documents/${STORED}`, DOCUMENT],
  ]);
  return { log, files, keys, verdict, sorted };
}

let count = 0;
function write(content: string | Uint8Array): string {
  count += 1;
  const path = join(folder, `file-${count}`);
  writeFileSync(path, content);
  return path;
}

async function verify(packed: Files | Buffer, ...args: string[]) {
  const bytes = packed instanceof Map ? await pack(packed) : packed;
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, write(bytes), ...args], {
    encoding: 'utf8',
  });
  return { status, output: `${stdout}${stderr}` };
}

/** Changes the JSON of a file. */
function edit(files: Files, path: string, change: (value: Record<string, never>) => object): Files {
  const text = files.get(path);
  if (text === undefined) throw new Error(`the pack has no ${path}`);
  return new Map(files).set(path, JSON.stringify(change(JSON.parse(text))));
}

/** Changes the lines of the entries. */
function editLines(files: Files, change: (lines: Record<string, unknown>[]) => object[]): Files {
  const lines = (files.get('entries/000001.jsonl') ?? '').trim().split('\n');
  const changed = change(lines.map((line) => JSON.parse(line)));
  const text = changed.map((line) => `${JSON.stringify(line)}\n`).join('');
  return new Map(files).set('entries/000001.jsonl', text);
}

function without(files: Files, path: string): Files {
  const fewer = new Map(files);
  if (!fewer.delete(path)) throw new Error(`the pack has no ${path}`);
  return fewer;
}

describe('verify.mjs verifies', () => {
  it('a whole pack, and says what is proven and what is only claimed', async () => {
    const { status, output } = await verify(world().files);
    expect(output).toContain('VERIFIED\n');
    expect(output).toContain('the 4 entries of the release are in the log, in order');
    expect(output).toContain('no entry is missing at the end');
    expect(output).toContain('verdict verdict-1: allow for production');
    expect(output).toContain('the platform signed "allow" for 1 artifacts');
    expect(output).toMatch(/only claimed:\n {2}- whose keys these are/);
    expect(status).toBe(0);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('with a checkpoint of %i entries', async (size) => {
    const { log, files } = world();
    const hashes = consistencyOf(size, log.leaves).map((hash) => hash.toString('base64'));
    const more = new Map(files).set(`logs/1/consistency-${size}.json`, JSON.stringify({ hashes }));
    const { output, status } = await verify(more, '--checkpoint', write(log.checkpoint(size)));
    expect(output).toContain(`the first ${size} entries of the log are those of your checkpoint`);
    expect(status).toBe(0);
  });

  it('with a proof and keys that the auditor brings', async () => {
    const { log, files, keys } = world();
    const hashes = consistencyOf(3, log.leaves).map((hash) => hash.toString('base64'));
    const brought = [
      ...['--checkpoint', write(log.checkpoint(3))],
      ...['--consistency', write(JSON.stringify({ hashes }))],
      ...['--keys', write(JSON.stringify(keys))],
    ];
    const { output, status } = await verify(files, ...brought);
    expect(output).toContain('the keys are those that you brought');
    expect(status).toBe(0);
  });

  it('an erased entry, and says so', async () => {
    const { files } = world();
    const erased = editLines(files, (lines) =>
      lines.map((line) => (line.sequence === 1 ? { ...line, salt: null, statement: null } : line)),
    );
    const { output, status } = await verify(erased);
    expect(output).toContain('entry 1 of log 1 was erased by the owner of the database');
    expect(status).toBe(0);
  });
});

describe('verify.mjs refuses', () => {
  const { log, files, verdict } = world();
  const changed = new Map<string, [Files, string]>([
    [
      'a changed decision',
      [
        edit(files, 'verdicts/verdict-1.json', (v) => ({ ...v, decision: 'deny' })),
        'its decision or results were changed',
      ],
    ],
    [
      'a changed decision with its digest',
      [
        edit(files, 'verdicts/verdict-1.json', () => ({
          ...verdict,
          results: [],
          verdictHash: digestOf({
            releaseId: verdict.releaseId,
            environment: verdict.environment,
            inputsHash: verdict.inputsHash,
            engine: verdict.engine,
            decision: verdict.decision,
            results: [],
          }),
        })),
        'verdict verdict-1 is not the one of the log',
      ],
    ],
    [
      'changed inputs',
      [
        edit(files, 'verdicts/verdict-1.json', (v) => ({
          ...v,
          inputs: { ...INPUTS, artifacts: [] },
        })),
        'its inputs were changed',
      ],
    ],
    [
      'a verdict without an entry',
      [
        new Map(files).set('verdicts/x.json', JSON.stringify(verdictOf(INPUTS, 'x'))),
        'verdict x has no entry in the log',
      ],
    ],
    [
      'a missing verdict',
      [without(files, 'verdicts/verdict-1.json'), 'is in the log, but not in the pack'],
    ],
    [
      'a changed waiver',
      [
        edit(files, 'waivers/waiver-1.json', (waiver) => ({ ...waiver, reason: 'Harmless' })),
        'waiver waiver-1 is missing, or is not the one that was approved',
      ],
    ],
    ['a missing waiver', [without(files, 'waivers/waiver-1.json'), 'waiver waiver-1 is missing']],
    [
      'a changed policy',
      [
        edit(files, 'policies/baseline-2.json', (policy) => ({ ...policy, rules: [] })),
        'policy baseline, version 2, is missing or was changed',
      ],
    ],
    [
      'a changed document',
      [
        new Map(files).set(`documents/${STORED}`, '{"tests":4}'),
        'its document is missing or was changed',
      ],
    ],
    [
      'a missing document',
      [without(files, `documents/${STORED}`), 'its document is missing or was changed'],
    ],
    [
      'a changed statement',
      [
        editLines(files, (lines) =>
          lines.map((line) => ({
            ...line,
            statement: String(line.statement).replace('allow', 'deny'),
          })),
        ),
        'is not what was committed to',
      ],
    ],
    [
      'a missing entry',
      [
        editLines(files, (lines) => lines.filter(({ sequence }) => sequence !== 2)),
        'the release has a gap or another order at its entry 2',
      ],
    ],
    [
      'entries in another order, with other numbers',
      [
        editLines(files, (lines) =>
          lines.map((line) => {
            const { sequence } = line;
            return { ...line, sequence: sequence === 1 ? 2 : sequence === 2 ? 1 : sequence };
          }),
        ),
        'has the line of another entry',
      ],
    ],
    [
      'an entry twice',
      [
        editLines(files, ([first = {}, ...rest]) => [first, first, ...rest]),
        'the release has a gap',
      ],
    ],
    [
      'an erased verdict',
      [
        editLines(files, (lines) =>
          lines.map((line) =>
            String(line.statement).includes('verdict.decided')
              ? { ...line, salt: null, statement: null }
              : line,
          ),
        ),
        'verdict verdict-1 has no entry in the log',
      ],
    ],
    [
      'a checkpoint of another tree',
      [
        new Map(files).set('logs/1/checkpoint', world().log.checkpoint()),
        'logs/1/checkpoint: none of the keys signed it',
      ],
    ],
    [
      'an envelope that another key signed',
      [
        new Map(files).set(
          'attestations/verdict-1.vsa.dsse.json',
          JSON.stringify(envelopeOf({ subject: [], predicate: {} }).envelope),
        ),
        'attestations/verdict-1.vsa.dsse.json: no key signed it',
      ],
    ],
    [
      'another size',
      [
        edit(files, 'pack.json', (head) => ({ ...head, size: 5 })),
        'the checkpoint has another size than the pack',
      ],
    ],
    [
      'another release',
      [
        edit(files, 'pack.json', (head) => ({ ...head, release: { id: 'x', version: '2' } })),
        'the pack has no entry of its release',
      ],
    ],
  ]);

  it.each([...changed])('%s', async (_name, [tampered, reason]) => {
    const { output, status } = await verify(tampered);
    expect(output).toContain('REFUSED');
    expect(output).toContain(reason);
    expect(output).not.toContain('VERIFIED');
    expect(status).toBe(1);
  });

  it('a log that was rewritten since the checkpoint of the auditor', async () => {
    const earlier = log.checkpoint(4);
    const hashes = consistencyOf(4, log.leaves).map((hash) => hash.toString('base64'));
    const given = new Map(files).set('logs/1/consistency-4.json', JSON.stringify({ hashes }));
    const { output, status } = await verify(given, '--checkpoint', write(earlier));
    expect([status, output]).toEqual([0, expect.stringContaining('VERIFIED')]);
    // The same key, but another tree.
    log.leaves[0] = sha256('another entry');
    const rewritten = write(log.checkpoint(4));
    const again = await verify(given, '--checkpoint', rewritten);
    expect(again.output).toContain('the log was changed since your checkpoint of 4 entries');
    expect(again.status).toBe(1);
  });

  it('keys that are not those of the auditor', async () => {
    const keys = write(JSON.stringify(world().keys));
    const { output, status } = await verify(files, '--keys', keys);
    expect(output).toContain('logs/1/checkpoint: none of the keys signed it');
    expect(status).toBe(1);
  });

  it.each([1, 512, 1024, 1025, 4000])('a pack without its last %i bytes', async (bytes) => {
    const whole = await pack(files);
    const { output, status } = await verify(whole.subarray(0, -bytes));
    expect(output).toContain('REFUSED');
    expect(status).toBe(1);
  });

  it('a file that is not in the manifest, after the end or before it', async () => {
    const whole = await pack(files);
    const { status, output } = await verify(Buffer.concat([whole, Buffer.alloc(512, 'x')]));
    expect([status, output]).toEqual([1, expect.stringContaining('data after its end')]);
    const first = await pack(new Map([['pack.json', '{}']]));
    const both = await verify(Buffer.concat([first.subarray(0, 1024), whole]));
    expect(both.output).toContain('the files are not those of manifest.json');
    expect(both.status).toBe(1);
  });
});

describe('verify.mjs asks', () => {
  const { log, files } = world();

  it('for a proof that the pack does not have', async () => {
    const { output, status } = await verify(files, '--checkpoint', write(log.checkpoint(3)));
    expect(output).toContain('Ask for a pack with from=3');
    expect(output).toContain('GET /log/consistency?from=3&to=6');
    expect(status).toBe(2);
  });

  it('for a newer pack', async () => {
    log.leaves.push(sha256('later'));
    const { output, status } = await verify(files, '--checkpoint', write(log.checkpoint()));
    expect(output).toContain('Ask for a new pack');
    expect(status).toBe(2);
  });

  it.each([[], ['a', 'b'], ['--unknown', 'a'], ['missing.tar']])(
    'for other arguments than %j',
    (...args) => {
      const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args.flat()], {
        encoding: 'utf8',
      });
      expect(stderr).toContain('cannot verify: ');
      expect(status).toBe(2);
    },
  );
});
