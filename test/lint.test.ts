import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
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
  ['features/zz/h.routes.ts', IMPORTS, "import { a } from '../../database/client.js';"],
  ['features/zz/i.ts', IMPORTS, "import { a } from '../../features/projects/projects.sql.js';"],
  ['features/zz/j.ts', IMPORTS, "import { a } from '../../app.js';"],
  ['platform/zz8.ts', IMPORTS, "import { a } from '../app.js';"],
  ['database/zz9.ts', IMPORTS, "import { a } from '../app.js';"],
  ['security/zz11.ts', IMPORTS, "import { a } from '../platform/problem.js';"],
  ['security/zz12.ts', IMPORTS, "import a from 'fastify';"],
  ['shared/zz10.ts', IMPORTS, "import a from 'node:fs';"],
  ['features/zz/f.ts', IMPORTS, "import { a } from '../projects/projects.service.js';"],
  ['features/zz/k.ts', IMPORTS, "import { a } from '../projects/kinds/index.js';"],
  ['features/zz/l.service.ts', IMPORTS, "import { a } from '../projects/kinds/x/parser.js';"],
  ['features/zz/m.routes.ts', IMPORTS, "import { a } from '../../features/projects/kinds/x.js';"],
  ...below('features/zz/parsing', '../../'),
  ...below('features/zz/kinds/x', '../../../'),
  ['platform/zz6.ts', 'style/noProcessEnv', 'const a = process.env.HOME;'],
  ['platform/zz7.ts', 'nursery/noFloatingPromises', 'const a = async () => 1;\na();'],
];
const ALLOWED: [path: string, from: string][] = [
  ['features/zz/g.service.ts', '../projects/index.js'],
  ['features/zz/n.ts', '../../paths.js'],
  ['features/zz/o.ts', './kinds/x/parser.js'],
  ['features/zz/parsing/a.ts', '../../projects/index.js'],
  ['features/zz/parsing/b.ts', '../../../shared/text.js'],
  ['features/zz/parsing/c.ts', '../kinds/x/index.js'],
  ['features/zz/kinds/x/a.ts', '../../../projects/index.js'],
  ['features/zz/kinds/x/b.ts', '../../../../shared/text.js'],
  ['features/zz/kinds/x/c.ts', '../../parsing/a.js'],
];

/** What files in the folders of a feature must not import; `features` leads to `src/features/`. */
function below(folder: string, features: string): typeof REFUSED {
  const imports = [
    'fastify',
    '@fastify/cors',
    '@prisma/client',
    'pg',
    `${features}../generated/prisma/client.js`,
    `${features}../database/sql.js`,
    `${features}../platform/problem.js`,
    `${features}../app.js`,
    `${features}projects/projects.service.js`,
    `${features}projects/kinds/x.js`,
    `${features}../features/projects/projects.sql.js`,
  ];
  return imports.map((from, i) => [
    `${folder}/refused${i}.ts`,
    IMPORTS,
    `import { a } from '${from}';`,
  ]);
}

let report: string;
let folder: string;

/** A copy of the configuration and nothing else: files that break rules must not appear in src/. */
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'srp-lint-')));
  const { vcs: _vcs, ...config } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));
  write('../biome.json', JSON.stringify(config));
  const dependencies = { fastify: '5', '@fastify/cors': '11', pg: '8', '@prisma/client': '7' };
  write('../package.json', JSON.stringify({ dependencies }));
  for (const [path, , source] of REFUSED) write(path, `${source}\nexport const b = a;\n`);
  for (const [path, from] of ALLOWED) {
    write(path, `import { a } from '${from}';\n\nexport const b = a;\n`);
  }
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [BIOME, 'lint', '--max-diagnostics=none', 'src'],
    { cwd: folder, encoding: 'utf8' },
  );
  report = stdout + stderr;
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string) {
  const file = join(folder, 'src', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describe('lint', () => {
  it.each(REFUSED)('refuses src/%s (%s): %s', (path, rule) => {
    const headings = report.split('\n').filter((line) => line.startsWith(`src/${path}:`));
    expect(headings.some((line) => line.includes(`lint/${rule}`))).toBe(true);
  });

  it.each(ALLOWED)('allows src/%s to import %s', (path) => {
    expect(report).not.toContain(`src/${path}`);
  });
});
