import { describe, expect, it } from 'vitest';
import { ask, component, defect, evidence, input } from './input.support.js';

/** Licences that scanners report, beside those of SBOMs. */

const sbom = evidence('1', ['components'], { kind: 'cyclonedx' });
const scan = evidence('2', ['licence']);

const reported = (licence: string, finding = 'f1') =>
  component('y', '2.0.0', { licences: [licence], finding });

const judged = (parameters: object, licence: string, waived: readonly string[] = []) =>
  ask(
    'licences',
    parameters,
    input({
      evidence: [sbom, scan],
      components: [component('x', '1.0.0', { licences: ['MIT'] }), reported(licence)],
      defects: {
        counts: [],
        worst: [],
        waived: waived.map((fingerprint) => ({
          ...defect('AGPL-3.0', { type: 'licence', fingerprint }),
          waivers: ['w1'],
        })),
      },
    }),
  );

describe('a licence that only a scanner reports', () => {
  it.each([
    [{ deny: ['AGPL-*'] }, 'AGPL-3.0-only', 'fail'],
    [{ deny: ['AGPL-*'], unknown: 'allow' }, 'AGPLv3+', 'fail'],
    [{ allow: ['MIT'] }, 'ISC', 'fail'],
    [{ allow: ['MIT'] }, 'mit', 'pass'],
    [{ deny: ['AGPL-*'] }, 'Our own terms', 'fail'],
    [{ deny: ['AGPL-*'], unknown: 'allow' }, 'Our own terms', 'pass'],
    [{ deny: ['AGPL-*'] }, '(MIT_OR_AGPL-3.0)', 'pass'],
    [{ deny: ['AGPL-*'] }, '(MIT_AND_AGPL-3.0)', 'fail'],
    [{ deny: ['AGPL-*'], unknown: 'allow' }, `${'MIT AND '.repeat(62)}MIT `, 'fail'],
    [{ allow: ['MIT'] }, 'UNKNOWN', 'pass'],
    [{ allow: ['MIT'] }, 'NOASSERTION', 'pass'],
  ])('with %j, of %s: %s', (parameters, licence, status) => {
    expect(judged(parameters, licence).status).toBe(status);
  });

  it('is named, with its evidence and what to do', () => {
    expect(judged({ deny: ['AGPL-*'] }, 'AGPL-3.0-only')).toMatchObject({
      message: expect.stringMatching(
        /^Of 1 component and 1 licence that scanners report, 1 has licences that are not allowed: pkg:npm\/y@2.0.0, as a scanner reports \(AGPL-3.0-only\).* request a waiver/,
      ),
      evidence: ['1', '2'],
    });
  });

  it('is covered by a waiver of its finding, and by no other', () => {
    expect(judged({ deny: ['AGPL-*'] }, 'AGPL-3.0-only', ['f1'])).toMatchObject({
      status: 'pass',
      waivers: ['w1'],
    });
    expect(judged({ deny: ['AGPL-*'] }, 'AGPL-3.0-only', ['f2']).status).toBe('fail');
  });

  it('is no component for banned-components', () => {
    const asked = input({ evidence: [sbom], components: [reported('MIT')] });
    const outcome = ask('banned-components', { components: [{ purl: 'pkg:npm/y' }] }, asked);
    expect(outcome).toMatchObject({
      status: 'pass',
      message: expect.stringContaining('0 components'),
    });
  });
});

describe('a scan for something else that lists licences of packages', () => {
  const notRead =
    /Not asked for licences, because they looked for something else: grype; trivy \(image\)$/;
  const others = [
    evidence('3', ['vulnerability'], { label: 'image' }),
    evidence('4', ['vulnerability'], { kind: 'grype' }),
    evidence('5', ['vulnerability'], { kind: 'npm-audit' }),
  ];
  const asked = (...all: Parameters<typeof input>[0][]) =>
    ask('licences', { deny: ['AGPL-*'] }, input(Object.assign({}, ...all)));
  const components = [component('x', '1.0.0', { licences: ['MIT'] })];

  it('is named, and is no evidence', () => {
    expect(asked({ evidence: [sbom, ...others], components })).toMatchObject({
      status: 'pass',
      message: expect.stringMatching(notRead),
      evidence: ['1'],
    });
    expect(asked({ evidence: others })).toMatchObject({
      status: 'not-evidenced',
      message: expect.stringMatching(notRead),
    });
  });

  it('is named with the reason if it says that it looked, and shows nothing', () => {
    const coverage = [{ what: 'licence' as const, ran: 'unknown' as const, reason: 'no result' }];
    const declared = evidence('6', ['vulnerability'], { coverage });
    expect(asked({ evidence: [sbom, declared], components })).toMatchObject({
      status: 'pass',
      message: expect.stringMatching(/\. Warning: trivy does not count: no result$/),
    });
  });

  it('is not named if it also looked for licences', () => {
    const { message } = asked({ evidence: [sbom, scan], components });
    expect(message).not.toContain('Not asked');
  });
});
