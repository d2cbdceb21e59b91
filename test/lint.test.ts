import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Who may import whom: each of these files breaks one rule, and lint must refuse it. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIOME = join(
  dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')),
  'bin/biome',
);

const IMPORTS = 'style/noRestrictedImports';
const REFUSED: [path: string, rule: string, source: string][] = [
  ['platform/zz1.ts', IMPORTS, "import { a } from '../features/index.js';"],
  ['shared/zz2.ts', IMPORTS, "import { a } from '../config.js';"],
  ['shared/zz3.ts', IMPORTS, "import a from 'fastify';"],
  ['database/zz4.ts', IMPORTS, "import { a } from '../features/index.js';"],
  ['database/zz5.ts', IMPORTS, "import a from 'fastify';"],
  ['features/zz/a.service.ts', IMPORTS, "import a from 'fastify';"],
  ['features/zz/b.service.ts', IMPORTS, "import { a } from '../../platform/problem.js';"],
  ['features/zz/c.service.ts', IMPORTS, "import { a } from '../projects/projects.service.js';"],
  ['features/zz/d.routes.ts', IMPORTS, "import { a } from '../../generated/prisma/client.js';"],
  ['features/zz/e.routes.ts', IMPORTS, "import { a } from '../../database/sql.js';"],
  ['features/zz/f.ts', IMPORTS, "import { a } from '../projects/projects.service.js';"],
  ['platform/zz6.ts', 'style/noProcessEnv', 'const a = process.env.HOME;'],
  ['platform/zz7.ts', 'nursery/noFloatingPromises', 'const a = async () => 1;\na();'],
];
const ALLOWED = 'features/zz/g.service.ts';

let report: string;
const remove = () => {
  for (const [path] of REFUSED) rmSync(join(ROOT, 'src', path), { force: true });
  rmSync(join(ROOT, 'src/features/zz'), { recursive: true, force: true });
};

beforeAll(() => {
  mkdirSync(join(ROOT, 'src/features/zz'), { recursive: true });
  for (const [path, , source] of REFUSED) {
    writeFileSync(join(ROOT, 'src', path), `${source}\nexport const b = a;\n`);
  }
  writeFileSync(
    join(ROOT, 'src', ALLOWED),
    "import { projects } from '../projects/index.js';\n\nexport const a = projects;\n",
  );
  const files = [...REFUSED.map(([path]) => path), ALLOWED].map((path) => join('src', path));
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [BIOME, 'lint', '--max-diagnostics=none', ...files],
    { cwd: ROOT, encoding: 'utf8' },
  );
  report = stdout + stderr;
});
afterAll(remove);

describe('lint', () => {
  it.each(REFUSED)('refuses src/%s (%s)', (path, rule) => {
    const headings = report.split('\n').filter((line) => line.startsWith(`src/${path}:`));
    expect(headings.some((line) => line.includes(`lint/${rule}`))).toBe(true);
  });

  it('allows a feature to use another through its index', () => {
    expect(report).not.toContain(`src/${ALLOWED}`);
  });
});
