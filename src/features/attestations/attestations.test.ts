import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { Ajv } from 'ajv';
import { default as addFormats } from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import type { VerdictInputs } from '../../engine/index.js';
import { pae, signEnvelope, toBundle } from '../../security/signing/dsse.js';
import { STATEMENT_MEDIA_TYPE, statementBytes } from '../../security/signing/statement.js';
import type { AttestedArtifact, DecidedVerdict } from './decided.js';
import { VERDICT_TYPE, VerdictPredicate, verdictStatementOf } from './verdict-predicate.js';
import { VSA_TYPE, vsaOf } from './vsa.js';

const uuid = (n: number) => `019ab02d-5c6e-7a1b-9c2d-00000000000${n}`;
const sha = (digit: string) => digit.repeat(64);
const WAIVER = {
  id: uuid(3),
  rule: 'CVE-2024-2',
  purl: null,
  about: 'finding' as const,
  releaseId: null,
  expiresAt: '2026-12-01T00:00:00.000Z',
  approvedBy: 'bob',
};
const waivers = [{ id: uuid(3), sha256: sha('3') }];
const verifier = { installation: 'https://srp.example.com', version: '0.1.0' };
const jar: AttestedArtifact = {
  name: 'shop.jar',
  sha256: sha('a'),
  digests: [],
  purl: 'pkg:maven/com.example/shop@1.4.0',
};
const image: AttestedArtifact = {
  name: 'shop',
  sha256: sha('b'),
  digests: [`sha256:${sha('c')}`, `sha256:${sha('b')}`],
  purl: null,
};

const RULES_SHA256 = sha('f');
const evidence = (n: number): VerdictInputs['evidence'][number] => ({
  id: uuid(n),
  kind: 'junit',
  label: null,
  artifact: null,
  sha256: sha(String(n)),
  storedSha256: sha('0'),
  parserVersion: 1,
  mayAbsolve: false,
  shows: ['tests'],
});
const inputs = (given: Partial<VerdictInputs> = {}): VerdictInputs => ({
  release: {
    id: uuid(2),
    projectId: 1,
    version: '1.4.0',
    commit: '8f3c2a1b',
    state: 'sealed',
    revokedReason: null,
  },
  environment: 'production',
  artifacts: [],
  evidence: [],
  policies: [
    {
      name: 'baseline',
      version: 1,
      sha256: RULES_SHA256,
      rules: [{ rule: 'tests-passed', mode: 'block' }],
    },
  ],
  waivers: [],
  running: null,
  tooOld: [],
  ...given,
});

function verdict(given: Partial<DecidedVerdict> = {}): DecidedVerdict {
  return {
    id: uuid(1),
    projectId: 1,
    releaseId: uuid(2),
    environment: 'production',
    decision: 'allow',
    engine: 2,
    inputsHash: sha('d'),
    verdictHash: sha('e'),
    inputs: inputs({ evidence: [evidence(4), evidence(5)], waivers: [WAIVER] }),
    results: [
      {
        policy: 'baseline',
        policyVersion: 1,
        rule: 'tests-passed',
        mode: 'block',
        status: 'pass',
        denies: false,
        message: '212 tests passed',
        evidence: [uuid(4)],
        findings: [],
        waivers: [],
      },
    ],
    decidedAt: '2026-11-25T10:05:00.000Z',
    decidedBy: 'jenkins',
    ...given,
  };
}

describe('vsaOf', () => {
  it('fills a Verification Summary Attestation of an allowed artifact', () => {
    const policies = `[{"name":"baseline","sha256":"${RULES_SHA256}","version":1}]`;
    expect(vsaOf(verdict(), jar, waivers, verifier)).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'shop.jar', digest: { sha256: sha('a') } }],
      predicateType: VSA_TYPE,
      predicate: {
        verifier: { id: 'https://srp.example.com', version: { server: '0.1.0', engine: '2' } },
        timeVerified: '2026-11-25T10:05:00.000Z',
        resourceUri: 'pkg:maven/com.example/shop@1.4.0',
        policy: {
          uri: 'https://srp.example.com/environments/production',
          digest: { sha256: createHash('sha256').update(policies).digest('hex') },
        },
        inputAttestations: [
          { uri: `https://srp.example.com/evidence/${uuid(4)}`, digest: { sha256: sha('4') } },
          { uri: `https://srp.example.com/evidence/${uuid(5)}`, digest: { sha256: sha('5') } },
          { uri: `https://srp.example.com/waivers/${uuid(3)}`, digest: { sha256: sha('3') } },
        ],
        verificationResult: 'PASSED',
        verifiedLevels: ['SLSA_BUILD_LEVEL_UNEVALUATED', 'SRP_ALLOWED_production'],
        slsaVersion: '1.2',
      },
    });
  });

  it('says FAILED of a denial, and nothing else', () => {
    const { predicate } = vsaOf(verdict({ decision: 'deny' }), jar, waivers, verifier);
    expect(predicate.verificationResult).toBe('FAILED');
    expect(predicate.verifiedLevels).toEqual(['FAILED']);
  });

  it('claims no level of SLSA', () => {
    for (const decision of ['allow', 'deny'] as const) {
      const { verifiedLevels } = vsaOf(verdict({ decision }), jar, waivers, verifier).predicate;
      const slsa = verifiedLevels.filter((level) => level.startsWith('SLSA_'));
      expect(slsa.filter((level) => level !== 'SLSA_BUILD_LEVEL_UNEVALUATED')).toEqual([]);
    }
  });

  it('names an artifact without a purl by the installation, under each digest once', () => {
    const { subject, predicate } = vsaOf(verdict(), image, waivers, verifier);
    expect(predicate.resourceUri).toBe(`https://srp.example.com/artifacts/${sha('b')}`);
    expect(subject.map(({ digest }) => digest.sha256)).toEqual([sha('b'), sha('c')]);
  });

  it('has no inputAttestations if the verdict depends on none: an empty list would say the same', () => {
    const { predicate } = vsaOf(verdict({ inputs: inputs() }), jar, [], verifier);
    expect('inputAttestations' in predicate).toBe(false);
  });

  it('is refused without the digest of a waiver, and with that of another one', () => {
    expect(() => vsaOf(verdict(), jar, [], verifier)).toThrow('Not every waiver');
    const others = [...waivers, { id: uuid(9), sha256: sha('9') }];
    expect(() => vsaOf(verdict(), jar, others, verifier)).toThrow('Not every waiver');
    expect(() => verdictStatementOf(verdict(), [jar], [], verifier)).toThrow('Not every waiver');
  });
});

describe('verdictStatementOf', () => {
  const statement = verdictStatementOf(verdict(), [jar, image], waivers, verifier);
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const isValid = ajv.compile(VerdictPredicate);

  it('is about all artifacts, with all inputs and results', () => {
    expect(statement.predicateType).toBe(VERDICT_TYPE);
    expect(statement.subject).toHaveLength(3);
    const { inputs: all, results, evidence: documents, decision } = statement.predicate;
    expect(all).toEqual(verdict().inputs);
    expect(results).toEqual(verdict().results);
    expect(documents).toEqual([
      { id: uuid(4), sha256: sha('4') },
      { id: uuid(5), sha256: sha('5') },
    ]);
    expect(decision).toBe('allow');
  });

  it('follows its JSON schema, which needs every member and lets others pass', () => {
    const { predicate } = JSON.parse(statementBytes(statement).toString());
    isValid(predicate);
    expect(isValid.errors ?? []).toEqual([]);
    expect(isValid({ ...predicate, later: true })).toBe(true);
    for (const name of Object.keys(predicate)) {
      expect([name, isValid({ ...predicate, [name]: undefined })]).toEqual([name, false]);
    }
    expect(isValid({ ...predicate, decision: 'maybe' })).toBe(false);
    expect(isValid({ ...predicate, inputsHash: 'x' })).toBe(false);
  });

  it('is refused without an artifact', () => {
    expect(() => verdictStatementOf(verdict(), [], waivers, verifier)).toThrow(
      'one or more subjects',
    );
  });

  it('is verified with node:crypto alone, from the bundle', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signer = { keyId: 'hint', sign: (bytes: Buffer) => sign('sha256', bytes, privateKey) };
    const envelope = signEnvelope(STATEMENT_MEDIA_TYPE, statementBytes(statement), [signer]);
    const read = JSON.parse(JSON.stringify(toBundle(envelope))).dsseEnvelope;
    const payload = Buffer.from(read.payload, 'base64');
    const signature = Buffer.from(read.signatures[0].sig, 'base64');
    expect(verify('sha256', pae(read.payloadType, payload), publicKey, signature)).toBe(true);
    expect(JSON.parse(payload.toString())).toEqual(JSON.parse(JSON.stringify(statement)));
  });
});
