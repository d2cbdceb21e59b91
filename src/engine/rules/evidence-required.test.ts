import { describe, expect, it } from 'vitest';
import { evidenceRequired } from './evidence-required.js';
import { ask, evidence, input } from './input.support.js';
import type { RuleInput } from './rule.js';

const required = (parameters: object, given: Partial<RuleInput> = {}) =>
  ask('evidence-required', parameters, input(given));

const app = { name: 'app.tgz', kind: 'archive', digests: [], sha256: 'a'.repeat(64) };
const image = { name: 'app:1.4.0', kind: 'archive', digests: [], sha256: 'b'.repeat(64) };
const sbom = (id: string, artifact: string | null = null) =>
  evidence(id, ['components'], { kind: 'cyclonedx', artifact });

describe('evidence-required', () => {
  it('passes with evidence of any kind that could show it', () => {
    expect(required({ shows: 'components' }, { evidence: [sbom('1')] })).toEqual({
      status: 'pass',
      message: 'Found 1 document: SBOM',
      evidence: ['1'],
    });
  });

  it('passes with one of several kinds', () => {
    const parameters = { kinds: ['spdx', 'cyclonedx'] };
    expect(required(parameters, { evidence: [sbom('1')] }).status).toBe('pass');
    const { status, message } = required(parameters, { evidence: [evidence('1', ['components'])] });
    expect(status).toBe('not-evidenced');
    expect(message).toContain('No evidence of kind spdx or cyclonedx counts for this release');
    expect(message).toContain('Upload evidence of kind spdx or cyclonedx');
  });

  it('requires kind and content of the same piece of evidence', () => {
    const parameters = { kinds: ['trivy'], shows: 'secret' };
    const scan = evidence('1', ['vulnerability']);
    const leaks = evidence('2', ['secret'], { kind: 'gitleaks' });
    expect(required(parameters, { evidence: [scan, leaks] }).status).toBe('not-evidenced');
    expect(required(parameters, { evidence: [evidence('3', ['secret'])] }).status).toBe('pass');
  });

  it('names what to upload if evidence is missing', () => {
    expect(required({ shows: 'components' })).toEqual({
      status: 'not-evidenced',
      message:
        'No SBOM counts for this release. Upload an SBOM (cyclonedx or spdx): POST /releases/{id}/evidence',
    });
  });

  it('accepts evidence of an artifact for the release', () => {
    const given = { artifacts: [app], evidence: [sbom('1', app.sha256)] };
    expect(required({ shows: 'components' }, given).status).toBe('pass');
  });

  it('names the artifacts without their own evidence', () => {
    const parameters = { shows: 'components', scope: 'artifacts' };
    const artifacts = [app, image];
    const one = required(parameters, { artifacts, evidence: [sbom('1', app.sha256), sbom('2')] });
    expect(one.status).toBe('not-evidenced');
    expect(one.message).toContain(
      'counts for app:1.4.0. cyclonedx was uploaded for the whole release. Upload',
    );
    expect(one.message).toContain('?artifact={sha256}');
    const both = [sbom('1', app.sha256), sbom('2', image.sha256)];
    expect(required(parameters, { artifacts, evidence: both })).toMatchObject({
      status: 'pass',
      message: '2 artifacts, each with its own SBOM',
      evidence: ['1', '2'],
    });
  });

  it('does not list hundreds of artifacts', () => {
    const artifacts = Array.from({ length: 300 }, (_, n) => ({
      name: `a${n}`,
      kind: 'archive',
      digests: [],
      sha256: `${n}`,
    }));
    const { message } = required({ shows: 'tests', scope: 'artifacts' }, { artifacts });
    expect(message).toContain('and 290 more');
    expect(message.length).toBeLessThan(500);
  });

  it('is not evidenced for a release without artifacts', () => {
    const outcome = required(
      { shows: 'components', scope: 'artifacts' },
      { evidence: [sbom('1')] },
    );
    expect(outcome.status).toBe('not-evidenced');
    expect(outcome.message).toContain('has no artifacts');
  });

  it('does not count evidence that is too old', () => {
    const parameters = { shows: 'components', maximumAgeDays: 30 };
    const old = required(parameters, { evidence: [sbom('1')], tooOld: new Set(['1']) });
    expect(old).toMatchObject({ status: 'not-evidenced', evidence: ['1'] });
    expect(old.message).toContain('for this release is older than 30 days');
    const both = { evidence: [sbom('1'), sbom('2')], tooOld: new Set(['1']) };
    expect(required(parameters, both)).toMatchObject({ status: 'pass', evidence: ['2'] });
  });

  it('names the artifacts whose evidence is too old', () => {
    const outcome = required(
      { shows: 'components', scope: 'artifacts', maximumAgeDays: 1 },
      {
        artifacts: [app, image],
        evidence: [sbom('1', app.sha256), sbom('2', image.sha256)],
        tooOld: new Set(['2']),
      },
    );
    expect(outcome.message).toContain('for app:1.4.0 is older than 1 day.');
  });

  it('warns about documents that do not say when their tool ran, or denies', () => {
    const undated = { evidence: [sbom('1')] };
    const limit = { shows: 'components', maximumAgeDays: 30 };
    expect(required(limit, undated).message).toContain(
      '. Warning: cyclonedx does not say when its tool ran, so its age counts from its first upload',
    );
    expect(required({ shows: 'components' }, undated).message).not.toContain('Warning');
    const coverage = [{ what: 'components', ran: 'yes', at: '2026-11-01T00:00:00Z' }] as const;
    const dated = { evidence: [{ ...sbom('1'), coverage }] };
    expect(required(limit, dated).message).not.toContain('Warning');
    const deny = { ...limit, unknownAge: 'deny' };
    const old = required(deny, { ...undated, tooOld: new Set(['1']) });
    expect(old.message).toContain('is older than 30 days or of unknown age');
    expect(old.message).toContain('Upload a report with its time');
  });

  it('finds what is too old, to the second', () => {
    const common = { scope: 'release' } as const;
    const parameters = { ...common, kinds: ['trivy'], maximumAgeDays: 1 };
    const aged = [
      {
        id: 'new',
        kind: 'trivy',
        ageSeconds: 86_400,
        uploadSeconds: 0,
        isDated: true,
        databaseAgeSeconds: null,
      },
      {
        id: 'old',
        kind: 'trivy',
        ageSeconds: 86_400.5,
        uploadSeconds: 0,
        isDated: true,
        databaseAgeSeconds: null,
      },
      {
        id: 'unknown',
        kind: 'trivy',
        ageSeconds: Number.NaN,
        uploadSeconds: 0,
        isDated: true,
        databaseAgeSeconds: null,
      },
      {
        id: 'other',
        kind: 'grype',
        ageSeconds: 1e9,
        uploadSeconds: 0,
        isDated: true,
        databaseAgeSeconds: null,
      },
    ];
    expect(evidenceRequired.tooOld?.(parameters, aged)).toEqual(['old', 'unknown']);
    const undated = aged.map((one) => ({ ...one, isDated: false }));
    const last = { ...parameters, unknownAge: 'last-upload' as const };
    expect(evidenceRequired.tooOld?.(last, undated)).toEqual([]);
    expect(evidenceRequired.tooOld?.(last, aged)).toEqual(['old', 'unknown']);
    const denies = { ...parameters, unknownAge: 'deny' as const };
    expect(evidenceRequired.tooOld?.(parameters, undated)).toEqual(['old', 'unknown']);
    expect(evidenceRequired.tooOld?.(denies, undated)).toEqual(['new', 'old', 'unknown']);
    expect(evidenceRequired.tooOld?.(denies, aged)).toEqual(['old', 'unknown']);
    expect(evidenceRequired.tooOld?.({ ...parameters, maximumAgeDays: undefined }, aged)).toEqual(
      [],
    );
  });

  it('cannot be evaluated if no kind of it exists, as in a policy from before', () => {
    expect(() => ask('evidence-required', { kinds: ['trivvy'] }, input())).toThrow('no such kind');
    expect(ask('evidence-required', { kinds: ['trivvy', 'trivy'] }, input()).status).toBe(
      'not-evidenced',
    );
  });

  it('requires `kinds` or `shows`', () => {
    expect(() => required({})).toThrow('not valid');
    expect(() => evidenceRequired.evaluate({ scope: 'release' }, input())).toThrow(
      'needs `kinds` or `shows`',
    );
  });

  it('has limits', () => {
    for (const parameters of [
      { kinds: [] },
      { kinds: ['trivy', 'trivy'] },
      { kinds: ['Trivy\n'] },
      { shows: 'nothing' },
      { shows: 'tests', maximumAgeDays: 0 },
      { shows: 'tests', maximumAgeDays: 3651 },
      { shows: 'tests', scope: 'project' },
    ]) {
      expect(() => required(parameters), JSON.stringify(parameters)).toThrow('not valid');
    }
  });

  it('removes characters that could harm a terminal from names', () => {
    const artifacts = [{ name: '\u001b[2Jx\nok', kind: 'archive', digests: [], sha256: 'c' }];
    const { message } = required({ shows: 'tests', scope: 'artifacts' }, { artifacts });
    expect(message).toContain('\ufffd[2Jx\ufffdok');
  });
});
