import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, grypeIgnoring, type Result, sarif, trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { addArtifact, createRelease } from '../support/releases.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
const send = (document: unknown) => uploaded(context.app, release, document);
/** The claim about the only finding, and whether it is suppressed. */
async function verdict(query = '') {
  const response = await context.app.inject(`/releases/${release}/findings${query}`);
  const [finding, ...others] = response.json();
  expect(others).toEqual([]);
  return { suppressed: finding.suppressed, claim: finding.claim };
}

type Suppression = NonNullable<Result['suppressions']>[number];

describe('claims of tools about their own findings', () => {
  it.each<[Suppression, boolean, string]>([
    [{ kind: 'inSource', justification: 'Both are numbers' }, true, 'suppressed'],
    [{ kind: 'external', status: 'accepted' }, true, 'suppressed'],
    [{ kind: 'external', status: 'underReview' }, false, 'underReview'],
    [{ kind: 'external', status: 'rejected' }, false, 'rejected'],
  ])('SARIF: %j', async (suppression, suppressed, status) => {
    await send(sarif([{ suppressions: [suppression] }]));
    expect(await verdict()).toMatchObject({
      suppressed,
      claim: { status, justification: suppression.justification ?? null, applied: true },
    });
  });

  it('Grype: ignored matches', async () => {
    await send(grypeIgnoring({ id: 'CVE-2021-23337' }));
    expect(await verdict()).toMatchObject({
      suppressed: true,
      claim: { status: 'ignored', justification: 'Not reachable' },
    });
  });

  it.each([
    ['ignored', true],
    ['not_affected', true],
    ['affected', false],
  ])('Trivy: suppressed findings with the status %s', async (Status, suppressed) => {
    const { Results, ...rest } = trivy({});
    const ExperimentalModifiedFindings = Results.flatMap(({ Vulnerabilities }) =>
      Vulnerabilities.map((Finding) => ({
        Type: 'vulnerability',
        Status,
        Statement: 'Not reachable',
        Finding,
      })),
    );
    await send({ ...rest, Results: [{ Type: 'npm', ExperimentalModifiedFindings }] });
    expect(await verdict()).toMatchObject({
      suppressed,
      claim: { status: Status, justification: 'Not reachable' },
    });
  });

  it.each([
    ['false_positive', 'lodash', true],
    ['resolved', 'lodash', true],
    ['not_affected', 'shop', true],
    ['exploitable', 'lodash', false],
    ['in_triage', 'lodash', false],
  ])('CycloneDX: %s of %s', async (state, ref, suppressed) => {
    const components = [
      {
        type: 'library',
        name: 'lodash',
        version: '4.17.20',
        purl: 'pkg:npm/lodash@4.17.20',
        'bom-ref': 'lodash',
      },
    ];
    await addArtifact(context.app, release, { purl: 'pkg:npm/shop@1' });
    const component = { type: 'application', name: 'shop', version: '1', purl: 'pkg:npm/shop' };
    const metadata = { component: { ...component, 'bom-ref': 'shop' } };
    const vulnerabilities = [{ id: 'CVE-2021-23337', affects: [{ ref }], analysis: { state } }];
    await send(bom([], { metadata, components, vulnerabilities }));
    await send(trivy({}));
    expect(await verdict('?kind=cyclonedx')).toMatchObject({
      suppressed,
      claim: { status: state },
    });
    expect((await verdict('?kind=trivy')).suppressed).toBe(suppressed);
  });
});
