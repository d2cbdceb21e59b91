import { readdir, readFile, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { kinds } from '../src/documents/kinds/index.js';
import { rules } from '../src/engine/index.js';

/** What the pages say about the sources, where a change of the sources would make it untrue. */
const ROOT = new URL('..', import.meta.url);
const read = (path: string) => readFile(new URL(path, ROOT), 'utf8');

async function sources(): Promise<string[]> {
  const entries = await readdir(new URL('src', ROOT), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((path) => !path.includes('/generated/'));
}

describe('docs/operations.md', () => {
  it('names only log lines that the server writes', async () => {
    const page = await read('docs/operations.md');
    const table = page.slice(page.indexOf('Other lines:'), page.indexOf('On a terminal'));
    const lines = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, line]) => line ?? '');
    const code = (await Promise.all((await sources()).map((path) => read(path)))).join('\n');
    expect(lines.filter((line) => line !== 'msg' && !code.includes(`'${line}'`))).toEqual([]);
    expect(lines.length).toBeGreaterThan(5);
  });
});

describe('what a contributor adds is on its page', () => {
  it.each(rules.map(({ name }) => name))('the rule %s in docs/policies.md', async (name) => {
    expect(await read('docs/policies.md')).toContain(`\n### \`${name}\`\n`);
  });

  it.each(kinds.map(({ name }) => name))('the kind %s in docs/evidence.md', async (name) => {
    expect(await read('docs/evidence.md')).toMatch(new RegExp(`^\\| \`${name}\` +\\| `, 'm'));
  });
});

/** A heading's address, as GitHub makes it. */
const slug = (heading: string) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

async function pages(): Promise<string[]> {
  const docs = await readdir(new URL('docs', ROOT), { recursive: true });
  const found = docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
  return ['README.md', 'CONTRIBUTING.md', ...found];
}

async function anchors(path: string): Promise<Set<string>> {
  const text = (await read(path)).replace(/^```.*?^```/gms, '');
  return new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading)));
}

/** Links of a page that lead to no file, or to no heading of one. */
async function deadLinks(page: string): Promise<string[]> {
  const text = (await read(page)).replace(/^```.*?^```/gms, '');
  const dead: string[] = [];
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const { pathname, hash } = new URL(target, new URL(page, ROOT));
    const path = pathname.slice(ROOT.pathname.length) || page;
    const exists = await stat(new URL(path, ROOT)).catch(() => undefined);
    const heading =
      hash === '' || (path.endsWith('.md') && (await anchors(path)).has(hash.slice(1)));
    if (!exists || !heading) dead.push(`${page}: ${target}`);
  }
  return dead;
}

describe('links between pages', () => {
  it('lead to a file, and to a heading of it', async () => {
    const dead = await Promise.all((await pages()).map(deadLinks));
    expect(dead.flat()).toEqual([]);
  });
});

describe('README.md', () => {
  it('is short, and names the two commands', async () => {
    const text = await read('README.md');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
    expect(text).toContain('npm ci && npm start');
    expect(text).toContain('npm ci && npm test');
  });
});

describe('docs/README.md', () => {
  it('links every page of the folder', async () => {
    const index = await read('docs/README.md');
    const names = (await pages()).filter((page) => /^docs\/[a-z-]+\.md$/.test(page));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((page) => !index.includes(`](${page.slice('docs/'.length)}`))).toEqual([]);
  });
});

/** Rooms whose files the map names one by one. The others have a line for each folder. */
const NAMED =
  /^src\/(?:(?:config|shared|vocabulary|access|contract|database|security|outbound|jobs|platform)\/|[^/]+$)/;

/** The paths of a tree that is drawn by indentation. */
function pathsOf(tree: string): Set<string> {
  const paths = new Set<string>();
  const folders: { indent: number; path: string }[] = [];
  for (const line of tree.split('\n')) {
    const [, spaces = '', name = ''] = /^( *)(\S+)/.exec(line) ?? [];
    while ((folders.at(-1)?.indent ?? -1) >= spaces.length) folders.pop();
    const path = `${folders.at(-1)?.path ?? ''}${name}`;
    if (name.endsWith('/')) folders.push({ indent: spaces.length, path });
    paths.add(path);
  }
  return paths;
}

describe('docs/architecture.md', () => {
  it('maps the files that exist', async () => {
    const page = await read('docs/architecture.md');
    const [, tree = ''] = /^```\n(src\/\n.*?)^```/ms.exec(page) ?? [];
    const mapped = pathsOf(tree);
    const files = (await sources())
      .map((path) => new URL(path, ROOT).pathname.slice(ROOT.pathname.length))
      .filter((path) => NAMED.test(path) && !/\.(test|support)\.ts$/.test(path));
    expect(files.filter((path) => !mapped.has(path))).toEqual([]);
    const named = [...mapped].filter(
      (path) => path.startsWith('src/') && path !== 'src/generated/',
    );
    const missing: string[] = [];
    for (const path of named) {
      await stat(new URL(path, ROOT)).catch(() => missing.push(path));
    }
    expect(missing).toEqual([]);
  });
});
