import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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
/** What a room of pure functions must not import; it stands two folders below `src/`. */
const PURE = ['fastify', '@fastify/cors', '@prisma/client', 'pg', '../../database/sql.js'];
const REFUSED: [path: string, rule: string, source: string][] = [
  ...refused('shared', '../config/config.js', 'fastify', 'pg', 'node:fs'),
  ...refused('vocabulary', '../contract/schemas.js', 'fastify', 'node:fs'),
  ...refused('contract', '../access/caller.js', '../database/sql.js', 'fastify', 'pg'),
  ...refused('access', '../database/sql.js', '../platform/problem.js', '@prisma/client'),
  ...refused('config', '../database/client.js', '../features/index.js', 'pg'),
  ...refused('database', '../features/index.js', '../platform/problem.js', 'fastify', '../app.js'),
  ...refused('events', '../features/index.js', '../platform/problem.js', 'fastify'),
  ...refused('jobs', '../features/index.js', '../events/record.js', 'fastify'),
  ...refused('outbound', '../database/client.js', '../security/credentials.js', 'pg'),
  ...refused('security/zz', '../../platform/problem.js', '../../features/index.js', 'fastify'),
  ...refused('security/signing', 'fastify', 'pg', '../authentication/oidc.js', '../../app.js'),
  ...refused('security/signing/zz', '../../../database/sql.js', '../../../config/config.js'),
  ...refused('platform', '../features/index.js', '../engine/index.js', '../app.js', '../server.js'),
  ...[
    'vocabulary',
    'contract',
    'access',
    'config',
    'database',
    'events',
    'jobs',
    'outbound',
    'platform',
  ].flatMap((room) => refused(`${room}/pages`, '../../ui/plugin.js')),
  ...refused(
    'ui/pages',
    '../../database/context.js',
    '../../features/projects/index.js',
    '../../engine/index.js',
    '../../generated/prisma/client.js',
    '../../app.js',
    'pg',
  ),
  ...refused('documents/parsing', ...PURE, '../../features/evidence/index.js', '../../app.js'),
  ...refused('documents/kinds/zz', ...PURE, '../../parsing/read-json.js', '../../../app.js'),
  ...refused('engine/rules', ...PURE, '../../features/index.js', '../../documents/parsing/x.js'),
  ...refused(
    'features/zz',
    '../projects/projects.service.js',
    '../projects/plugin.js',
    '../../features/projects/projects.sql.js',
    '../../documents/kinds/junit/parser.js',
    '../../engine/rules/index.js',
    '../../app.js',
    '../../log.js',
    '../../retention.js',
    '../../ui/plugin.js',
    '../../doctor.js',
  ),
  ...refused(
    'doctor',
    'fastify',
    '../features/webhooks/webhooks.js',
    '../app.js',
    '../events/index.js',
  ),
  ...refused('platform/zz', '../../doctor/examine.js'),
  ['features/zz/a.service.ts', IMPORTS, "import a from 'fastify';"],
  ['features/zz/b.service.ts', IMPORTS, "import { a } from '../../platform/problem.js';"],
  ['features/zz/c.service.ts', IMPORTS, "import { a } from './zz.routes.js';"],
  ['features/zz/d.routes.ts', IMPORTS, "import { a } from '../../generated/prisma/client.js';"],
  ['features/zz/e.routes.ts', IMPORTS, "import { a } from '../../database/sql.js';"],
  ['features/zz/h.routes.ts', IMPORTS, "import { a } from '../../database/client.js';"],
  ['features/zz/m.routes.ts', IMPORTS, "import { a } from '../projects/projects.service.js';"],
  ['platform/zz6.ts', 'style/noProcessEnv', 'const a = process.env.HOME;'],
  [
    'features/zz/q.ts',
    'style/noRestrictedGlobals',
    "export const a = () => fetch('https://a.example');",
  ],
  ['platform/zz7.ts', 'nursery/noFloatingPromises', 'const a = async () => 1;\na();'],
];
const ALLOWED: [path: string, from: string][] = [
  ['vocabulary/a.ts', '../shared/text.js'],
  ['contract/a.ts', '../vocabulary/purl.js'],
  ['access/a.ts', '../contract/schemas.js'],
  ['database/a.ts', '../access/caller.js'],
  ['events/a.ts', '../database/sql.js'],
  ['jobs/a.ts', '../database/sql.js'],
  ['security/zz/a.ts', '../../outbound/fetch-json.js'],
  ['security/signing/a.ts', '../../shared/canonical-json.js'],
  ['security/signing/b.ts', './merkle.js'],
  ['security/signing/c.ts', 'node:crypto'],
  ['platform/a.ts', '../security/authentication/authenticator.js'],
  ['documents/kinds/x/b.ts', '../../../vocabulary/severity.js'],
  ['documents/parsing/b.ts', '../kinds/index.js'],
  ['engine/rules/a.ts', '../../documents/kinds/index.js'],
  ['doctor/a.ts', '../features/webhooks/index.js'],
  ['features/zz/g.service.ts', '../projects/index.js'],
  ['features/zz/n.ts', '../../paths.js'],
  ['features/zz/p.service.ts', '../../engine/index.js'],
  ['features/zz/plugin.ts', '../../platform/feature.js'],
  ['ui/pages/a.ts', '../../features/services.js'],
  ['ui/pages/b.ts', '../../platform/owner.js'],
];

/** Files of one room, each with an import that the room must not have. */
function refused(room: string, ...imports: string[]): typeof REFUSED {
  return imports.map((from, i) => [
    `${room}/refused${i}.ts`,
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

const MAX_COLUMNS = 120;
/** Texts, regular expressions and links that stand alone on their line may be longer, so that they can be searched. */
const ALONE = /^\s*(?:message: )?(?:['"`]|\/(?![/*])|\* https:)/;

describe('a line of the sources', () => {
  it.each(['src', 'test', 'scripts', 'bench'])('has at most 120 columns in %s/', (room) => {
    const files = readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).filter(
      (file) => /\.(?:tsx?|mjs)$/.test(file) && !/(?:^|\/)(?:generated|fixtures)\//.test(file),
    );
    expect(files).not.toEqual([]);
    const long = files.flatMap((file) =>
      readFileSync(join(ROOT, room, file), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          [...line].length > MAX_COLUMNS && !ALONE.test(line)
            ? [`${room}/${file}:${index + 1}`]
            : [],
        ),
    );
    expect(long).toEqual([]);
  });
});
