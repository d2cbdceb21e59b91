import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { createRelease, type ReleaseBody } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { assertRelease, evidenceOfAll } from '../support/verdicts.js';

const PUBLIC_URL = 'https://srp.example.org';
const context = useApp();
const named = useApp({ PUBLIC_URL });
const guarded = useApp({ AUTH_MODE: 'token' });
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app);
});

const pathOf = (more = '') => `/releases/${release.id}/summary.md?environment=production${more}`;
const page = () => `${PUBLIC_URL}/ui/releases/${release.id}?environment=production`;

describe('GET /releases/{id}/summary.md', () => {
  it('200 and the reasons and next steps of a denial, as the gate has them', async () => {
    const { verdicts, reasons, nextSteps } = (
      await assertRelease(context.app, { release: release.id })
    ).json();
    const { headers } = await giveToken({ scopes: ['verdicts:read'] });
    const response = await guarded.app.inject({ url: pathOf(), headers });
    expect(response.statusCode, response.body).toBe(200);
    expect(response.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(response.body).toContain('## ❌ Denied: ` 1.0.0 ` may not go to ` production `\n');
    for (const reason of reasons) expect(response.body).toContain(`- \` ${reason} \`\n`);
    for (const step of nextSteps) expect(response.body).toContain(`\n- ${step}\n`);
    expect(response.body).toContain(`\nVerdict \`${verdicts[0].id}\`\n`);
  });

  it('200 for what is allowed, with the page if the server knows its address', async () => {
    await evidenceOfAll(context.app, release.id);
    const { body } = await named.app.inject(pathOf());
    expect(body).toMatch(/^## ✅ Allowed: ` 1\.0\.0 ` may go to ` production `\n\nVerdict `/);
    expect(body).toContain(` · [Page of the release](<${page()}>)\n`);
  });

  it('judges a rollback as one', async () => {
    const { body } = await context.app.inject(pathOf('&intent=rollback'));
    expect(body).toContain('may not go back to ` production `');
  });

  it('403, 404 and 400 as the gate', async () => {
    const { headers } = await giveToken({ scopes: ['releases:read'] });
    const refused = await guarded.app.inject({ url: pathOf(), headers });
    expectProblem(refused, 403, 'insufficient-scope');
    const { headers: bound } = await giveToken({ scopes: ['verdicts:read'], projects: [7] });
    const hidden = await guarded.app.inject({ url: pathOf(), headers: bound });
    expectProblem(hidden, 404, 'release-not-found');
    const nowhere = pathOf().replace('production', 'nowhere');
    expectProblem(await context.app.inject(nowhere), 404, 'environment-not-found');
    const bare = await context.app.inject(`/releases/${release.id}/summary.md`);
    expectProblem(bare, 400, 'validation-failed');
  });
});

describe('GET /assert: the page', () => {
  it('is in a denial and in an allow, if the server knows its address', async () => {
    const ask = () => assertRelease(named.app, { release: release.id });
    expect(expectProblem(await ask(), 409, 'release-denied').page).toBe(page());
    await evidenceOfAll(context.app, release.id);
    expect((await ask()).json().page).toBe(page());
  });
});
