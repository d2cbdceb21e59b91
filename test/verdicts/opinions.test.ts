import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { grype, trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { guard, resultOf, waived } from '../support/verdicts.js';

/** What counts when tools disagree, or say nothing: severities and fixes. */

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
let pipeline: Record<string, string>;
let security: Record<string, string>;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  pipeline = (await giveToken({ subject: 'ci', scopes: ['evidence:write'] })).headers;
  security = (await giveToken({ subject: 'eve', scopes: ['evidence:write', 'vex:write'] })).headers;
});

const send = (document: unknown, headers = pipeline) =>
  uploaded(guarded.app, release, document, { headers });
const judged = async (rule: object = {}) => {
  await guard(context.app, [{ rule: 'max-findings', ...rule }]);
  return resultOf(context.app, release);
};
const again = () => resultOf(context.app, release);
const UNRATED = trivy({ severity: 'UNKNOWN' });
const rated = (severity: string) => grype({ id: 'CVE-2021-23337', severity });

describe('a finding that one tool does not rate', () => {
  it.each(['Low', 'Medium', 'Negligible'])('still counts if another says %s', async (severity) => {
    await send(UNRATED);
    await send(rated(severity));
    const { denies, message } = await judged();
    expect(denies).toBe(true);
    expect(message).toMatch(/^1 unknown-severity finding, 0 allowed: CVE-2021-23337/);
  });

  it('counts once, as what another tool says, if that is above the limit', async () => {
    await send(UNRATED);
    await send(rated('High'));
    expect((await judged()).message).toMatch(/^1 high finding, 0 allowed: CVE-2021-23337/);
  });

  it('does not count below the limit without countUnknown', async () => {
    await send(UNRATED);
    await send(rated('Low'));
    expect((await judged({ countUnknown: false })).denies).toBe(false);
  });

  it('has the rating of a caller with vex:write', async () => {
    await send(UNRATED);
    await send(rated('Low'), security);
    expect((await judged()).denies).toBe(false);
  });

  it('does not become harmless because the one with vex:write does not rate it', async () => {
    await send(UNRATED, security);
    await send(rated('Low'));
    expect((await judged()).denies).toBe(true);
  });

  it('can be waived', async () => {
    await send(UNRATED);
    await send(rated('Low'));
    const { id } = await waived(guarded.app);
    expect(await judged()).toMatchObject({ denies: false, waivers: [id] });
  });
});

describe('fixableOnly', () => {
  const fix = (status?: string, fixed?: string) =>
    trivy({ ...(status && { status }), ...(fixed && { fixed }) });

  it.each<[string, object, object, boolean]>([
    ['has no fix', fix('affected'), {}, false],
    ['will not be fixed', fix('will_not_fix'), {}, false],
    ['has a fix', fix('fixed', '4.17.21'), {}, true],
    ['says nothing about a fix', fix(), {}, true],
    ['says that it does not know', fix('under_investigation'), {}, true],
    ['says nothing about a fix, which is ignored', fix(), { unknownFix: 'ignore' }, false],
    ['has a fix, and the others are ignored', fix('fixed', '5'), { unknownFix: 'ignore' }, true],
  ])('decides about a finding that %s', async (_case, document, rule, denies) => {
    await send(document);
    expect((await judged({ fixableOnly: true, ...rule })).denies).toBe(denies);
  });

  it.each(['will_not_fix', 'can_not_fix'])(
    'counts a finding of which the author of a CycloneDX document says %s',
    async (response) => {
      const component = { type: 'library', 'bom-ref': 'a', name: 'a', version: '1' };
      await send({
        bomFormat: 'CycloneDX',
        specVersion: '1.6',
        metadata: { tools: [{ name: 'trivy' }] },
        components: [component],
        vulnerabilities: [
          {
            id: 'CVE-2021-44228',
            ratings: [{ severity: 'critical' }],
            affects: [{ ref: 'a' }],
            analysis: { state: 'exploitable', response: [response] },
          },
          { id: 'CVE-2021-1', ratings: [{ severity: 'low' }], affects: [{ ref: 'a' }] },
        ],
      });
      const { denies, message } = await judged({ fixableOnly: true });
      expect(denies).toBe(true);
      expect(message).toContain('CVE-2021-44228');
    },
  );

  it('needs the word of each tool that there is no fix', async () => {
    await send(fix('affected'));
    expect((await judged({ fixableOnly: true })).denies).toBe(false);
    await send(grype({ also: ['CVE-2021-23337'] }));
    expect((await again()).denies).toBe(true);
  });

  it('counts what one tool says that it is fixed, although another says that it is not', async () => {
    await send(fix('affected'));
    await send(grype({ id: 'CVE-2021-23337', fixed: '4.17.21' }));
    const { denies, message } = await judged({ fixableOnly: true, unknownFix: 'ignore' });
    expect(denies).toBe(true);
    expect(message).toContain('1 high fixable finding, 0 allowed: CVE-2021-23337');
    expect(message).toContain('fixed in 4.17.21');
  });
});
