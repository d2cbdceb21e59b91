import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, trivy } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { guard, resultOf } from '../support/verdicts.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const send = (document: unknown, label = 'sbom') =>
  uploaded(context.app, release, document, { label });
const rule = (parameters: object) => guard(context.app, [parameters]);
const judged = () => resultOf(context.app, release);
const NO_SBOM = {
  status: 'not-evidenced',
  denies: true,
  message: expect.stringMatching(/^No SBOM counts for this release.*Upload an SBOM/),
};

describe('licences', () => {
  const LICENCES = { rule: 'licences', allow: ['MIT', 'Apache-2.0'], deny: ['GPL-3.0-only'] };

  it('denies without an SBOM', async () => {
    await rule(LICENCES);
    await send(trivy());
    expect(await judged()).toMatchObject(NO_SBOM);
    const { id } = await send(bom([{ licence: 'MIT' }]));
    expect((await judged()).denies).toBe(false);
    await retract(context.app, id);
    expect(await judged()).toMatchObject(NO_SBOM);
  });

  it('allows components with licences from the list', async () => {
    await rule(LICENCES);
    const { id } = await send(bom([{ licence: 'MIT' }, { name: 'ms', licence: 'mit' }]));
    expect(await judged()).toMatchObject({
      status: 'pass',
      message: '2 components, all with allowed licences',
      evidence: [id],
    });
  });

  it('denies other licences and missing licences, and names both', async () => {
    await rule(LICENCES);
    await send(
      bom([{ licence: 'MIT' }, { name: 'gpl', licence: 'GPL-3.0-only' }, { name: 'none' }]),
    );
    expect(await judged()).toMatchObject({
      status: 'fail',
      denies: true,
      message:
        'Of 3 components, 1 has licences that are not allowed and 1 has no known licence: pkg:npm/gpl@4.17.20 (GPL-3.0-only); pkg:npm/none@4.17.20 (no licence). Replace them and make a new release of the corrected commit, or correct their licences in the SBOM and upload it with the same label. To accept a licence, add a version of the policy: POST /policies/{name}/versions',
    });
  });

  it('allows components without a licence if `unknown` is `allow`', async () => {
    await rule({ ...LICENCES, unknown: 'allow' });
    await send(bom([{ name: 'none' }]));
    expect((await judged()).message).toContain('which the policy allows');
    expect((await judged()).denies).toBe(false);
  });

  it('considers all current SBOMs', async () => {
    await rule({ ...LICENCES, mode: 'warn' });
    await send(bom([{ licence: 'MIT' }]), 'a');
    await send(bom([{ name: 'gpl', licence: 'GPL-3.0-only' }]), 'b');
    expect(await judged()).toMatchObject({ status: 'fail', denies: false });
    await send(bom([{ name: 'gpl', licence: 'MIT' }]), 'b');
    expect(await judged()).toMatchObject({ status: 'pass' });
  });
});

describe('banned-components', () => {
  const BAN = { purl: 'pkg:npm/lodash', versions: '<4.17.21', reason: 'Prototype pollution' };
  const BANNED = { rule: 'banned-components', components: [BAN, { purl: 'pkg:npm/%40evil/*' }] };

  it('denies without an SBOM', async () => {
    await rule(BANNED);
    expect(await judged()).toMatchObject(NO_SBOM);
  });

  it('denies a banned version with the reason', async () => {
    await rule(BANNED);
    await send(bom([{}, { name: 'ms' }]));
    expect(await judged()).toMatchObject({
      status: 'fail',
      denies: true,
      message:
        '1 banned component, 0 allowed: pkg:npm/lodash@4.17.20 (versions <4.17.21 are banned: Prototype pollution). Update them and upload a new SBOM with the same label, or replace them and make a new release of the corrected commit',
    });
  });

  it('allows other versions, and names components that it cannot compare', async () => {
    await rule(BANNED);
    await send(bom([{ version: '4.17.21' }, { name: 'own', purl: null }]));
    expect(await judged()).toMatchObject({
      status: 'pass',
      message: '2 components, 0 banned. 1 component without a package URL: compared by name only',
    });
  });

  it('denies every package of a banned namespace', async () => {
    await rule(BANNED);
    await send(bom([{ name: 'x', version: '1.0.0', purl: 'pkg:npm/%40evil/x@1.0.0' }]));
    expect((await judged()).message).toContain('all versions are banned');
  });

  it('reports a failure without denying in mode warn', async () => {
    await rule({ ...BANNED, mode: 'warn' });
    await send(bom([{}]));
    expect(await judged()).toMatchObject({ status: 'fail', denies: false });
  });
});
