import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PAGE_SCOPES, type PageDependencies, pageServices } from '../../src/features/services.js';
import { AppError } from '../../src/shared/app-error.js';
import { testContext } from '../support/ui.js';

interface Operation {
  operationId: string;
  description: string;
}

const document: { paths: Record<string, Record<string, Operation>> } = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
);
const operations = new Map(
  Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .map(({ operationId, description }) => [operationId, description]),
);

describe('what pages may call', () => {
  it.each(Object.entries(PAGE_SCOPES))('%s needs %s, as its route does', (operation, scope) => {
    expect(operations.get(operation)).toContain(`Needs the permission \`${scope}\`.`);
  });

  const services = pageServices({
    ...{ config: {}, build: {}, database: { store: {} }, verdicts: {} },
  } as PageDependencies);
  const guarded = Object.entries(services).filter(([name]) => name !== 'signOut');

  it.each(guarded)('%s is refused without its scope', async (_name, call) => {
    const refused = (call as (context: object) => Promise<unknown>)(testContext([]));
    await expect(refused).rejects.toThrow(AppError);
    await expect(refused).rejects.toMatchObject({ code: 'insufficient-scope' });
  });
});
