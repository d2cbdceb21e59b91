import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, grype, junit, leak, npmAudit, trivy, trivyOf } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import {
  evidenceOfAll,
  guard,
  resultOf,
  verdictOf,
  writeCoverage,
  XML,
} from '../support/verdicts.js';

/** Which evidence counts for which artifact. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const send = (document: unknown, options: object = {}) =>
  uploaded(context.app, release, document, options);
const judged = () => resultOf(context.app, release);
const SCAN = 'No vulnerability scan counts for';
const UPLOAD = /Upload a report of .*: POST \/releases\/\{id\}\/evidence/;

/** Two images, and a file. */
const add = async (...some: ('api' | 'web' | 'cli')[]) => {
  const kinds = { api: 'container', web: 'container', cli: 'archive' };
  for (const name of some) {
    await addArtifact(context.app, release, { name, sha256: DIGESTS[name], kind: kinds[name] });
  }
};
const DIGESTS = { api: digest(1), web: digest(2), cli: digest(3) };
const IMAGE = { ...trivyOf(digest(1)), Metadata: {} };

describe('scope artifacts', () => {
  const byArtifact = (rule = 'max-findings') => guard(context.app, [{ rule, scope: 'artifacts' }]);

  it('needs a scan of each artifact, and names those without', async () => {
    await byArtifact();
    await add('api', 'web', 'cli');
    const { id } = await send(trivy(), { artifact: DIGESTS.api });
    const before = await judged();
    expect(before).toMatchObject({ status: 'not-evidenced', denies: true });
    expect(before.message).toMatch(
      /^No vulnerability scan counts for (cli; web|web; cli)\. Upload a report of .*\?artifact=\{sha256\}$/,
    );
    await send(trivy(), { artifact: DIGESTS.web });
    expect((await judged()).message).toMatch(`${SCAN} cli.`);
    await send(trivy(), { artifact: DIGESTS.cli });
    expect((await judged()).status).toBe('pass');
    await retract(context.app, id);
    expect((await judged()).message).toMatch(`${SCAN} api.`);
  });

  it('takes a report of the release that names the digest of an artifact for that artifact', async () => {
    await byArtifact();
    await add('api', 'web');
    await send(trivyOf(digest(2)));
    expect((await judged()).message).toMatch(`${SCAN} api.`);
    await send(trivyOf(digest(1)));
    expect((await judged()).status).toBe('pass');
  });

  it('takes a report that names no artifact for none of several', async () => {
    await byArtifact();
    await add('web', 'cli');
    await send(trivy(), { label: 'scan' });
    const { status, message } = await judged();
    expect(status).toBe('not-evidenced');
    expect(message).toMatch(
      /trivy \(scan\) names no artifact, and the release has 2 artifacts\. Upload it for each artifact/,
    );
  });

  it('takes it for the only artifact if that is a file, and tells it', async () => {
    await byArtifact();
    await add('cli');
    await send(trivy(), { label: 'scan' });
    const { status, message } = await judged();
    expect([status, message]).toEqual([
      'pass',
      expect.stringContaining(
        '. Warning: trivy (scan) names no digest of cli, which is the only artifact',
      ),
    ]);
    await send(trivy(), { artifact: DIGESTS.cli });
    expect((await judged()).message).not.toContain('Warning');
  });

  it.each([
    ['a folder', { ...trivy(), ArtifactName: '.', ArtifactType: 'filesystem' }],
    ['a repository', { ...trivy(), ArtifactType: 'repository' }],
    ['a lock file', npmAudit()],
  ])('does not take a report of %s for an image', async (_what, document) => {
    await byArtifact();
    await add('api');
    await send(document, { label: 'scan' });
    const { status, message } = await judged();
    expect(status).toBe('not-evidenced');
    expect(message).toMatch(/\(scan\) looked at files, and not at the image/);
    expect(message).not.toContain('npm-audit or');
    await send(document, { label: 'scan', artifact: DIGESTS.api });
    expect((await judged()).status).toBe('not-evidenced');
    await send(IMAGE, { label: 'image' });
    expect((await judged()).status).toBe('pass');
  });

  it('takes a report of an image without its digest for the only artifact', async () => {
    await byArtifact();
    await add('api');
    await send(IMAGE);
    expect((await judged()).status).toBe('pass');
    await add('cli');
    expect((await judged()).message).toMatch(new RegExp(`^${SCAN} (api; cli|cli; api)\\.`));
  });

  it('needs a scan of the release if there are no artifacts', async () => {
    await byArtifact();
    expect((await judged()).message).toMatch(`${SCAN} this release.`);
    await send(IMAGE);
    expect((await judged()).status).toBe('pass');
  });

  it('asks nothing of artifacts with scope release', async () => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    await add('api', 'web');
    await send(trivy(), { artifact: DIGESTS.api });
    expect((await judged()).status).toBe('pass');
  });

  it('is asked of secrets and tests, too', async () => {
    await guard(context.app, [{ rule: 'no-secrets', scope: 'artifacts' }], 'secrets');
    await guard(context.app, [{ rule: 'tests-passed', scope: 'artifacts' }], 'tests');
    await add('api', 'web');
    const of = async () =>
      Promise.all(
        ['secrets', 'tests'].map(
          async (name) => (await resultOf(context.app, release, name)).status,
        ),
      );
    for (const artifact of [DIGESTS.api, DIGESTS.web]) {
      expect(await of()).toEqual(['not-evidenced', 'not-evidenced']);
      await send([], { kind: 'gitleaks', artifact });
      await send(junit('passed'), { ...XML, artifact });
    }
    expect(await of()).toEqual(['pass', 'pass']);
  });

  it('is asked by baseline, except of the SBOM and of tests', async () => {
    await add('api', 'web');
    await evidenceOfAll(context.app, release);
    for (const artifact of [DIGESTS.api, DIGESTS.web])
      await send([], { kind: 'gitleaks', artifact });
    const { id } = await send(trivy(), { artifact: DIGESTS.web });
    await send(trivy(), { artifact: DIGESTS.api });
    expect((await verdictOf(context.app, release)).decision).toBe('allow');
    await retract(context.app, id);
    const { results } = await verdictOf(context.app, release);
    expect(results.map(({ rule, status }) => [rule, status])).toEqual([
      ['tests-passed', 'pass'],
      ['evidence-required', 'pass'],
      ['max-findings', 'not-evidenced'],
      ['no-secrets', 'pass'],
    ]);
  });
});

describe('a report that names a digest of something else', () => {
  const OTHER = `it is about sha256:${digest(9)}, which is not an artifact of this release`;

  it.each(['release', 'artifacts'])('does not count with scope %s', async (scope) => {
    await guard(context.app, [{ rule: 'max-findings', scope }]);
    await add('api');
    await send(trivyOf(digest(9)), { label: 'scan' });
    const { status, denies, message, evidence } = await judged();
    expect([status, denies, evidence]).toEqual(['not-evidenced', true, []]);
    expect(message).toContain(
      `${SCAN} ${scope === 'release' ? 'this release' : 'api'}. trivy (scan) does not count: ${OTHER}. `,
    );
    expect(message).toMatch(UPLOAD);
    await send(trivyOf(digest(1)));
    expect((await judged()).status).toBe('pass');
  });

  it('does not count after the artifact was added', async () => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    await send(trivyOf(digest(9)));
    expect((await judged()).status).toBe('pass'); // nothing to compare with
    await add('cli');
    expect((await judged()).status).toBe('pass'); // the digest of a file is another sort
    await add('api');
    expect((await judged()).status).toBe('not-evidenced');
  });

  it('still has findings', async () => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    await add('api');
    await send(trivyOf(digest(9), {}));
    expect(await judged()).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/^1 high finding, 0 allowed: CVE-2021-23337/),
    });
    await send(trivyOf(digest(1)));
    expect((await judged()).status).toBe('fail');
  });

  it('does not count for evidence-required', async () => {
    await guard(context.app, [{ rule: 'evidence-required', kinds: ['trivy'] }]);
    await add('api');
    await send(trivyOf(digest(9)));
    const { status, message } = await judged();
    expect(status).toBe('not-evidenced');
    expect(message).toContain(
      `No evidence of kind trivy counts for this release. trivy does not count: ${OTHER}.`,
    );
  });
});

describe('evidence from before coverage was stored', () => {
  const WHY =
    'does not count: an earlier version of the server read it. After the start, this version reads it again if it accepts the document. To have it at once, upload it again';

  it('denies and says why, until it is uploaded again', async () => {
    const some = await evidenceOfAll(context.app, release);
    expect((await verdictOf(context.app, release)).decision).toBe('allow');
    for (const { id } of Object.values(some)) await writeCoverage(id, null);
    const { decision, results } = await verdictOf(context.app, release);
    expect(decision).toBe('deny');
    expect(results.map(({ status, message }) => [status, message])).toEqual(
      ['junit (tests)', 'cyclonedx (sbom)', 'trivy (scan)', 'gitleaks (secrets)'].map((name) => [
        'not-evidenced',
        expect.stringContaining(`counts for this release. ${name} ${WHY}. Upload `),
      ]),
    );
  });

  it('has findings that count', async () => {
    await guard(context.app, [{ rule: 'no-secrets' }]);
    const { id } = await send([leak('zQ8/+k3?Lw9xV=Tn')]);
    await writeCoverage(id, null);
    expect(await judged()).toMatchObject({ status: 'fail', denies: true });
  });

  it('gives another verdict than the same document that was read anew', async () => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    const { id } = await send(trivy());
    const before = await verdictOf(context.app, release, { environment: 'gate' });
    await writeCoverage(id, null);
    const after = await verdictOf(context.app, release, { environment: 'gate' });
    expect([before.decision, after.decision]).toEqual(['allow', 'deny']);
    expect(after.inputsHash).not.toBe(before.inputsHash);
  });
});

describe('a tool that failed', () => {
  const failed = { what: 'tests', ran: 'failed', reason: 'the run was aborted' };

  it('denies although other reports of its type passed', async () => {
    await guard(context.app, [{ rule: 'tests-passed' }]);
    await send(junit('passed'), { ...XML, label: 'unit' });
    const { id } = await send(junit('passed', 'passed'), { ...XML, label: 'e2e' });
    expect((await judged()).status).toBe('pass');
    await writeCoverage(id, [failed]);
    const { status, message, evidence } = await judged();
    expect([status, evidence.length]).toEqual(['not-evidenced', 2]);
    expect(message).toBe(
      'junit (e2e) does not count: the run was aborted. Run the tests again and upload the report with the same label. If that does not replace it, retract it: POST /evidence/{id}/retract',
    );
    await retract(context.app, id);
    expect((await judged()).status).toBe('pass');
  });

  it('does not hide that tests failed', async () => {
    await guard(context.app, [{ rule: 'tests-passed' }]);
    const { id } = await send(junit('passed', 'failure'), { ...XML, label: 'unit' });
    await writeCoverage(id, [failed]);
    expect(await judged()).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/^1 test failed, 0 allowed: a > test 1 \(junit \(unit\)\)\. /),
    });
  });

  it('names five tests, and how many there are', async () => {
    await guard(context.app, [{ rule: 'tests-passed' }]);
    await send(junit('failure', 'error', 'passed', ...Array(6).fill('failure')), XML);
    expect((await judged()).message).toMatch(
      /^8 tests failed, 0 allowed: a > test 0 \(junit\); a > test 1 \(junit\); (a > test \d \(junit\); ){3}and 3 more\. Fix/,
    );
  });

  it('does not count as a scan, but another scan does', async () => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    const broken = grype();
    await send({ ...broken, descriptor: { ...broken.descriptor, db: { valid: false } } });
    const { status, message } = await judged();
    expect(status).toBe('not-evidenced');
    expect(message).toContain(
      'grype does not count: the report says that the vulnerability database was not valid',
    );
    const second = await send(trivy());
    expect(await judged()).toMatchObject({ status: 'pass', evidence: [second.id] });
  });

  it('is not the report that evidence-required asks for by its kind', async () => {
    await guard(context.app, [{ rule: 'evidence-required', kinds: ['cyclonedx', 'trivy'] }]);
    const { id } = await send(bom([{}]));
    expect((await judged()).status).toBe('pass');
    await writeCoverage(id, [{ ...failed, what: 'components' }]);
    expect((await judged()).message).toMatch(
      /^No evidence of kind cyclonedx or trivy counts for this release\. cyclonedx does not count: the run was aborted\./,
    );
  });
});
