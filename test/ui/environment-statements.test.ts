import pg from 'pg';
import { expect, it, vi } from 'vitest';
import { useApp } from '../support/app.js';
import { deployed } from '../support/deployments.js';
import { createRelease } from '../support/releases.js';
import { visitor } from '../support/ui.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });

it('reads once what runs in an environment', async () => {
  const release = await createRelease(context.app, { version: '1.4.0' });
  await deployed(context.app, release.id);
  const alice = await visitor(guarded.app);
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  try {
    expect(await alice.open('/ui/environments/production')).toContain('1.4.0');
    const texts = spy.mock.calls.map(([config]: unknown[]) =>
      typeof config === 'string' ? config : (config as pg.QueryConfig).text,
    );
    const reads = texts.filter((text) => text.includes('FROM projects p CROSS JOIN LATERAL'));
    expect(reads).toHaveLength(1);
  } finally {
    spy.mockRestore();
  }
});
