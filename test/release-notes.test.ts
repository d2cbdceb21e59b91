import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitOf, commitsBetween, lastTag } from '../scripts/release/history.js';
import { bumpOf, changesOf, nextVersion, notes } from '../scripts/release/notes.js';

const hash = (number: number) => String(number).padStart(40, '0');
const changes = (...messages: string[]) =>
  changesOf(messages.map((message, index) => ({ hash: hash(index), message }))).changes;

describe('the next version', () => {
  it.each([
    ['a feature', ['fix: a', 'feat: b'], 'minor'],
    ['a fix', ['docs: a', 'fix(api): b'], 'patch'],
    ['a faster program', ['perf: a'], 'patch'],
    ['a mark', ['fix!: a', 'feat: b'], 'major'],
    ['a mark with a scope', ['refactor(api)!: a'], 'major'],
    ['a footer', ['fix: a\n\nWhy.\n\nBREAKING CHANGE: clients send b'], 'major'],
    ['nothing that users notice', ['docs: a', 'test: b', 'chore: c'], 'none'],
    ['no conventional commit', ['merge main', 'Fix: the door'], 'patch'],
    ['no commit', [], 'none'],
  ])('%s', (_case, messages, bump) => {
    expect(bumpOf(changes(...messages))).toBe(bump);
  });

  it.each([
    ['1.2.3', 'major', '2.0.0'],
    ['1.2.3', 'minor', '1.3.0'],
    ['1.2.3', 'patch', '1.2.4'],
    ['0.4.2', 'major', '0.5.0'],
    ['0.4.2', 'minor', '0.4.3'],
    ['0.4.2', 'patch', '0.4.3'],
    ['0.4.2', 'none', undefined],
    [undefined, 'major', '0.1.0'],
  ] as const)('after %s, %s: %s', (last, bump, next) => {
    expect(nextVersion(last, bump, '0.1.0')).toBe(next);
  });
});

describe('the notes', () => {
  it('have breaking changes first, then groups, and text is only text', () => {
    const list = changes(
      'fix: keep <b> and [x](http://y)',
      'feat(api)!: archive a project',
      'docs: say it',
      'perf: read less',
      'feat: seal\n\nBREAKING CHANGE: clients\nseal first',
    );
    expect(notes('2.0.0', '2026-12-01', list)).toBe(
      `## 2.0.0 (2026-12-01)

### Breaking changes

- archive a project (00000000)
- clients seal first (00000000)

### Added

- **api**: archive a project (00000000)
- seal (00000000)

### Fixed

- keep \\<b\\> and \\[x\\](http://y) (00000000)

### Faster

- read less (00000000)
`,
    );
  });
});

describe('npm run release-notes', () => {
  let folder: string;
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'a',
        GIT_AUTHOR_EMAIL: 'a@example.org',
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a@example.org',
        GIT_COMMITTER_DATE: '2026-12-01T23:30:00Z',
      },
    });
  const commit = (message: string) => git('commit', '-q', '--allow-empty', '-m', message);
  const run = (...args: string[]) => {
    try {
      const output = execFileSync(
        'npx',
        ['tsx', 'scripts/release-notes.ts', '--folder', folder, ...args],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
      );
      return { code: 0, output };
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      return { code: status, output: stderr };
    }
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'srp-release-notes-'));
    git('init', '-q');
    await writeFile(join(folder, 'package.json'), '{"version":"0.3.0"}');
    git('add', '.');
    commit('feat: begin');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('goes from the newest tag of the history, and says when there is nothing', () => {
    expect(run('--version-only')).toEqual({ code: 0, output: '0.3.0\n' });
    git('tag', 'v0.3.0');
    git('tag', 'v0.10.0-rc.1');
    git('tag', 'vacation');
    expect(run()).toMatchObject({ code: 1, output: expect.stringContaining('since v0.3.0') });
    commit('fix: close the door');
    commit('feat(door)!: lock it');
    git('tag', 'v0.4.0');
    commit('merge something');
    commit('fix: oil it');
    const { code, output } = run();
    expect([code, output]).toEqual([0, expect.stringContaining('## 0.4.1 (2026-12-01)')]);
    expect(output).toContain('- oil it (');
    expect(output).not.toContain('lock it');
    expect(run('--from', 'v0.3.0', '--to', 'v0.4.0', '--version-only').output).toBe('0.4.0\n');
    expect(run('--from', 'v9.9.9')).toMatchObject({ code: 2 });
    expect(run('--to', '--output=x')).toMatchObject({ code: 2 });
  });

  it('reads every commit of the range once', () => {
    git('tag', 'v0.3.0');
    commit('fix: one\n\nA body.');
    commit('fix: two');
    const head = commitOf(folder, 'HEAD');
    const from = commitOf(folder, 'v0.3.0');
    expect(lastTag(folder, head)).toBe('v0.3.0');
    expect(commitsBetween(folder, from, head).map(({ message }) => message.trim())).toEqual([
      'fix: two',
      'fix: one\n\nA body.',
    ]);
  });
});
