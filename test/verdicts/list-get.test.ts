import { describe, expect, it } from 'vitest';
import { canonicalInputs, ENGINE, inputsHash } from '../../src/engine/index.js';
import { useApp } from '../support/app.js';
import { deployedAnyway } from '../support/break-glass.js';
import { giveToken } from '../support/callers.js';
import { deployed } from '../support/deployments.js';
import { addArtifact, createRelease, type ReleaseBody } from '../support/releases.js';
import { expectProblem, nextPage } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { evidenceOfAll, listed, type VerdictBody, verdictOf, waived } from '../support/verdicts.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const MISSING = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
let release: ReleaseBody;
let denied: VerdictBody;
let allowed: VerdictBody;
let staging: VerdictBody;
useRows(async () => {
  release = await createRelease(context.app);
  denied = await verdictOf(context.app, release.id);
  await evidenceOfAll(context.app, release.id);
  allowed = await verdictOf(context.app, release.id);
  staging = await verdictOf(context.app, release.id, { environment: 'staging' });
});

const list = (query = '', id = release.id) =>
  context.app.inject(`/releases/${id}/verdicts${query}`);
const ids = async (query = '') => (await list(query)).json().map(({ id }: VerdictBody) => id);

describe('GET /releases/{id}/verdicts', () => {
  it('lists verdicts without their inputs, newest first', async () => {
    expect((await list()).json()).toEqual([
      listed(staging),
      listed(allowed),
      listed(denied, false),
    ]);
  });

  it.each<[string, () => (string | null)[]]>([
    ['?environment=production', () => [allowed.id, denied.id]],
    ['?environment=staging', () => [staging.id]],
    ['?environment=moon', () => []],
    ['?decision=deny', () => [denied.id]],
    ['?decision=allow&environment=production', () => [allowed.id]],
    ['?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z', () => []],
    ['?from=2020-01-01T00:00:00Z&decision=deny', () => [denied.id]],
  ])('%s', async (query, expected) => {
    expect(await ids(query)).toEqual(expected());
  });

  it('lists them in pages', async () => {
    const seen: string[] = [];
    for (let url: string | undefined = `/releases/${release.id}/verdicts?limit=1`; url; ) {
      const page = await context.app.inject(url);
      seen.push(...page.json().map(({ id }: VerdictBody) => id));
      url = nextPage(page);
    }
    expect(seen).toEqual([staging.id, allowed.id, denied.id]);
  });

  it('lists no verdicts of other releases', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    expect((await list('', other.id)).json()).toEqual([]);
  });

  it.each(['?limit=0', '?cursor=x', '?decision=maybe', '?environment=A', '?from=now', '?x=1'])(
    '400: %s',
    async (query) => {
      expectProblem(await list(query), 400, 'validation-failed');
    },
  );

  it('404: the release does not exist, or the caller is bound to other projects', async () => {
    expectProblem(await list('', MISSING), 404, 'release-not-found');
    const { headers } = await giveToken({ projects: [2] });
    const url = `/releases/${release.id}/verdicts`;
    expectProblem(await guarded.app.inject({ url, headers }), 404, 'release-not-found');
  });
});

describe('GET /verdicts/{id}', () => {
  const get = async (id: string | null, headers = {}) =>
    guarded.app.inject({ url: `/verdicts/${id}`, headers });

  it('returns all inputs of the verdict', async () => {
    const sha256 = await addArtifact(context.app, release.id, { purl: 'pkg:oci/shop' });
    const waiver = await waived(guarded.app, { purl: 'pkg:npm/lodash' });
    await deployedAnyway(guarded.app, release.id);
    const verdict = await verdictOf(context.app, release.id);
    const { headers } = await giveToken({ scopes: ['verdicts:read'], projects: [1] });
    const response = await get(verdict.id, headers);
    expect(response.statusCode, response.body).toBe(200);
    const { inputs, ...rest } = response.json();
    expect(rest).toEqual({ ...listed(verdict), engine: ENGINE });
    expect(inputsHash(canonicalInputs(inputs))).toBe(verdict.inputsHash);
    const { sha256: rules } = (await context.app.inject('/policies/baseline')).json();
    expect(inputs).toMatchObject({
      release: { id: release.id, projectId: 1, version: '1.0.0', state: 'open' },
      environment: 'production',
      artifacts: [{ name: 'image', kind: 'container', sha256, digests: [], purl: 'pkg:oci/shop' }],
      policies: [{ name: 'baseline', version: 2, sha256: rules, rules: expect.any(Array) }],
      waivers: [{ id: waiver.id, rule: 'CVE-2021-23337', approvedBy: 'bob', releaseId: null }],
      running: { id: release.id, version: '1.0.0' },
      tooOld: [],
    });
    expect(inputs.evidence.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
      'cyclonedx',
      'gitleaks',
      'junit',
      'trivy',
    ]);
    expect(inputs.policies[0].rules).toHaveLength(4);
  });

  it('returns an unchanged verdict after each kind of change, which may not hold any more', async () => {
    const { headers } = await giveToken();
    const before = (await get(allowed.id, headers)).json();
    await deployed(context.app, release.id);
    await addArtifact(context.app, release.id, { kind: 'archive' });
    await verdictOf(context.app, release.id);
    expect((await get(allowed.id, headers)).json()).toEqual(listed(before, false));
  });

  it('404: the verdict does not exist, or the caller is bound to other projects', async () => {
    const { headers } = await giveToken();
    expectProblem(await get(MISSING, headers), 404, 'verdict-not-found');
    expectProblem(await get('1', headers), 400, 'validation-failed');
    const bound = await giveToken({ projects: [2] });
    expectProblem(await get(allowed.id, bound.headers), 404, 'verdict-not-found');
  });
});
