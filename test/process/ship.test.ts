import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/ports.js';
import { type Ran, run, SCRIPT, startGate } from '../support/release-script.js';

/**
 * The steps of scripts/ci as a pipeline runs them, against a running server. The scanners are stand-ins that write
 * small reports in the formats of the real ones, and the environments are files.
 */
let bin: string;
const folders: string[] = [];

const REPORTS = {
  cyclonedx: JSON.stringify({
    ...{ bomFormat: 'CycloneDX', specVersion: '1.5' },
    components: [{ type: 'library', name: 'a', version: '1', purl: 'pkg:npm/a@1' }],
  }),
  sarif: JSON.stringify({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'Biome', rules: [] } }, results: [] }],
  }),
  trivy: JSON.stringify({
    ...{ SchemaVersion: 2, ArtifactName: 'a' },
    Results: [{ Target: 'a', Class: 'lang-pkgs', Type: 'npm', Packages: [{ Name: 'a' }] }],
  }),
};

const JUNIT = '<testsuite name="a"><testcase name="b"/></testsuite>';
const FAILED =
  '<testsuite name="a"><testcase name="b"><failure message="no"/></testcase></testsuite>';

/** Writes its report to the argument after FLAG, or where NAME=FILE says. */
const writes = (flag: string, text: string) => `#!/bin/sh
for one in "$@"; do
  case $one in ${flag}=*) file=\${one#*=} ;; esac
  [ "\${before:-}" != '${flag}' ] || file=$one
  before=$one
done
cat >"$file" <<'REPORT'
${text}
REPORT
`;

const PROGRAMS = {
  docker: '#!/bin/sh\nexit 0\n',
  gitleaks: writes('--report-path', '[]'),
  npx: writes('--reporter-file', REPORTS.sarif),
  npm: `#!/bin/sh\ncat <<'REPORT'\n${REPORTS.cyclonedx}\nREPORT\n`,
  syft: writes('cyclonedx-json', REPORTS.cyclonedx),
  trivy: writes('--output', REPORTS.trivy),
  // Tells whether it has the token, which it does not need.
  deploy: '#!/bin/sh\necho "token:$SRP_TOKEN" >"$TARGET/$1.token"\necho "$2" >"$TARGET/$1"\n',
  smoke: '#!/bin/sh\n[ "$(cat "$TARGET/$1")" = "$2" ] && [ ! -f "$TARGET/broken" ]\n',
  rollback: '#!/bin/sh\necho "back from $2" >"$TARGET/$1"\n',
};

beforeAll(async () => {
  bin = await mkdtemp(join(tmpdir(), 'srp-bin-'));
  folders.push(bin);
  for (const [name, text] of Object.entries(PROGRAMS)) {
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  }
});
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A repository that has the scripts, with a commit. */
async function repository() {
  const folder = await mkdtemp(join(tmpdir(), 'srp-ship-'));
  folders.push(folder);
  await cp(dirname(SCRIPT), join(folder, 'scripts', 'ci'), { recursive: true });
  await writeFile(join(folder, '.gitignore'), 'ci-results/\ntarget/\n');
  await mkdir(join(folder, 'target'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  git('init', '-q');
  return { folder, git };
}

const SCOPES = ['releases:write', 'evidence:write', 'verdicts:read'];

async function start(address?: string) {
  const gate = address === undefined ? await startGate() : undefined;
  const api = (path: string, json?: unknown) => {
    if (!gate) throw new Error('there is no server');
    return gate.api(path, json);
  };
  if (gate) await api('/projects', { name: 'Shop' });
  const more = ['deployments:write', 'deployments:read'];
  const token = await gate?.tokenOf([...SCOPES, ...more], { projects: [1] });
  const { folder, git } = await repository();
  const env = {
    ...{ PATH: `${bin}:${process.env.PATH}`, HOME: folder, TARGET: join(folder, 'target') },
    ...{ SRP_URL: gate?.address ?? address ?? '', SRP_TOKEN: token ?? 'srp_none' },
    ...{ SRP_PROJECT: '1', SRP_RETRIES: '0' },
    ...{ DEPLOY: join(bin, 'deploy'), SMOKE: join(bin, 'smoke'), ROLLBACK: join(bin, 'rollback') },
  };
  const step = (name: string, args: string[] = [], changed: Record<string, string> = {}) =>
    run(join(folder, 'scripts', 'ci', name), args, { cwd: folder, env: { ...env, ...changed } });
  /** Commits, and does what the build does: tests, archive, scan. */
  const build = async (junit = JUNIT) => {
    git('add', '.');
    git('commit', '-q', '--allow-empty', '-m', 'change');
    const tag = git('rev-parse', 'HEAD').trim();
    const results = join(folder, 'ci-results');
    await mkdir(join(results, 'junit'), { recursive: true });
    await mkdir(join(results, 'release'), { recursive: true });
    await writeFile(join(results, 'junit', 'postgres-18.xml'), junit);
    await writeFile(join(results, 'release', 'image.tar.gz'), tag);
    const release = `TAG=${tag}\nIMAGE_ARCHIVE=image.tar.gz\n`;
    await writeFile(join(results, 'release', 'release.env'), release);
    expect(await step('scan.sh')).toMatchObject({ code: 0 });
    return tag;
  };
  const uploaded = async (junit = JUNIT) => {
    const tag = await build(junit);
    const sent = await step('upload.sh', [tag]);
    expect(sent.code, sent.errors).toBe(0);
    return tag;
  };
  const runs = (environment = 'production') =>
    readFile(join(folder, 'target', environment), 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    );
  const records = async () => {
    const all = await api('/environments/production/deployments?history=true');
    type Record = { release: { version: string }; state: string; authorization: string };
    return all.map(({ release, state, authorization }: Record) => [
      ...[release.version, state, authorization],
    ]);
  };
  const shatter = () => writeFile(join(folder, 'target', 'broken'), '');
  return { api, folder, step, build, uploaded, runs, records, shatter };
}

const all = ({ output, errors }: Ran) => `${output}\n${errors}`;

describe('the gate in the pipeline', () => {
  it('allowed: deploys, tests and records, and what deploys has no token', async () => {
    const { api, folder, step, uploaded, runs, records } = await start();
    const tag = await uploaded();
    const [release] = await api('/projects/1/releases?state=all');
    expect(release).toMatchObject({ version: tag, state: 'sealed' });
    const evidence = await api(`/releases/${release.id}/evidence`);
    expect(
      evidence.map(({ kind, label }: Record<string, string>) => `${kind} ${label}`).toSorted(),
    ).toEqual([
      'cyclonedx image',
      'cyclonedx package',
      'gitleaks secrets',
      'junit postgres-18',
      'sarif static',
      'trivy vulnerabilities',
    ]);
    const shipped = await step('ship.sh', ['production', tag]);
    expect(shipped.code, all(shipped)).toBe(0);
    expect(await runs()).toBe(tag);
    expect(await runs('production.token')).toBe('token:');
    expect(await records()).toEqual([[tag, 'succeeded', 'authorized']]);
    expect(await readFile(join(folder, 'ci-results', 'reports', 'secrets.json'), 'utf8')).toBe(
      '[]\n',
    );
  });

  it('denied: prints the reasons, and deploys nothing', async () => {
    const { step, uploaded, runs, records } = await start();
    const tag = await uploaded(FAILED);
    const shipped = await step('ship.sh', ['production', tag]);
    expect(shipped.code, all(shipped)).toBe(1);
    expect(shipped.output).toContain('tests-passed: 1 test failed');
    expect(await runs()).toBeUndefined();
    expect(await records()).toEqual([]);
  });

  it('a stopped line: prints who stopped it, and deploys nothing', async () => {
    const { api, step, uploaded, runs } = await start();
    const tag = await uploaded();
    await api('/environments/production/stop', { reason: 'Payments fail' });
    const shipped = await step('ship.sh', ['production', tag]);
    expect(shipped.code, all(shipped)).toBe(1);
    expect(shipped.output).toMatch(/: stopped: .*Payments fail/);
    expect(await runs()).toBeUndefined();
  });

  it('a failed smoke test: records it, asks, and rolls back', async () => {
    const { step, uploaded, runs, records, shatter } = await start();
    const first = await uploaded();
    expect((await step('ship.sh', ['production', first])).code).toBe(0);
    const second = await uploaded();
    await shatter();
    const shipped = await step('ship.sh', ['production', second]);
    expect(shipped.code, all(shipped)).toBe(1);
    expect(all(shipped)).toContain('failed and was rolled back');
    expect(await runs()).toBe(`back from ${second}`);
    expect(await records()).toEqual([
      [first, 'succeeded', 'authorized'],
      [second, 'failed', 'authorized'],
      [first, 'succeeded', 'authorized'],
    ]);
  });

  it('a line that is stopped during the deployment does not deny the way back', async () => {
    const { api, folder, step, uploaded, runs, records } = await start();
    const first = await uploaded();
    expect((await step('ship.sh', ['production', first])).code).toBe(0);
    const second = await uploaded();
    expect((await step('gate.sh', ['production', second])).code).toBe(0);
    await api('/environments/production/stop', { reason: 'Payments fail' });
    const failing = join(folder, 'failing');
    await writeFile(failing, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const tried = await step('go-back.sh', ['production', second], { ROLLBACK: failing });
    expect([tried.code, tried.errors]).toEqual([2, expect.stringContaining('the rollback failed')]);
    const back = await step('go-back.sh', ['production', second]);
    expect(back.code, all(back)).toBe(0);
    expect(await runs()).toBe(`back from ${second}`);
    expect(await records()).toEqual([
      [first, 'succeeded', 'rollback'],
      [second, 'failed', 'authorized'],
      [first, 'succeeded', 'authorized'],
    ]);
  });

  it('a failed smoke test, and what ran before is revoked: people decide', async () => {
    const { api, step, uploaded, runs, shatter } = await start();
    const first = await uploaded();
    expect((await step('ship.sh', ['production', first])).code).toBe(0);
    const [{ id }] = await api('/projects/1/releases?state=all');
    const second = await uploaded();
    await api(`/releases/${id}/revoke`, { reason: 'Charges the fee twice' });
    await shatter();
    const shipped = await step('ship.sh', ['production', second]);
    expect(shipped.code, all(shipped)).toBe(2);
    expect(all(shipped)).toContain('the platform denies the rollback');
    expect(await runs()).toBe(second);
  });
});

describe('the gate in the pipeline, without an answer', () => {
  it('exits with 2 and deploys nothing if the platform cannot be reached', async () => {
    const { step, build, runs } = await start(`http://127.0.0.1:${await freePort()}`);
    const tag = await build();
    for (const name of ['gate.sh', 'ship.sh']) {
      const ran = await step(name, ['production', tag]);
      expect(ran.code, all(ran)).toBe(2);
    }
    expect((await step('upload.sh', [tag])).code).toBe(2);
    expect(await runs()).toBeUndefined();
  });

  it('rolls back unasked only where that was chosen', async () => {
    const { step, build, runs } = await start(`http://127.0.0.1:${await freePort()}`);
    const tag = await build();
    expect((await step('go-back.sh', ['production', tag])).code).toBe(2);
    expect(await runs()).toBeUndefined();
    const unasked = await step('go-back.sh', ['production', tag], { ROLLBACK_UNASKED: '1' });
    expect(unasked.code, all(unasked)).toBe(2);
    expect(await runs()).toBe(`back from ${tag}`);
  });

  it.each([
    ['a wrong token', { SRP_TOKEN: 'srp_no-such-token' }, ': 401: '],
    ['a project that is not there', { SRP_PROJECT: '999' }, ': 404: '],
    ['a record that has nothing', {}, 'runs in production by the record'],
  ])('does not roll back unasked for %s', async (_what, more, message) => {
    const { step, build, runs } = await start();
    const tag = await build();
    const ran = await step('go-back.sh', ['production', tag], { ROLLBACK_UNASKED: '1', ...more });
    expect([ran.code, ran.errors]).toEqual([2, expect.stringContaining(message)]);
    expect(ran.errors).toContain('the platform answers, but not this question');
    expect(await runs()).toBeUndefined();
  });

  it.each(['gitleaks', 'syft', 'trivy'])('%s is missing: no report, exit code 2', async (name) => {
    const { folder, step, build } = await start('http://127.0.0.1:9');
    await build();
    const few = await mkdtemp(join(tmpdir(), 'srp-bin-'));
    folders.push(few);
    await cp(bin, few, { recursive: true });
    await rm(join(few, name));
    const ran = await step('scan.sh', [], { PATH: `${few}:/usr/bin:/bin` });
    expect(ran.code, all(ran)).toBe(2);
    expect(ran.errors).toContain(`${name} is not installed`);
    await expect(readFile(join(folder, 'ci-results', 'reports', 'secrets.json'))).rejects.toThrow();
  });

  it('a scanner fails or writes nothing: no report, exit code 2', async () => {
    const { folder, step, build } = await start('http://127.0.0.1:9');
    await build();
    for (const [text, message] of [
      ['#!/bin/sh\nexit 3\n', 'failed with exit code 3'],
      ['#!/bin/sh\nexit 0\n', 'wrote no report'],
    ] as const) {
      const other = await mkdtemp(join(tmpdir(), 'srp-bin-'));
      folders.push(other);
      await writeFile(join(other, 'trivy'), text);
      await chmod(join(other, 'trivy'), 0o755);
      const ran = await step('scan.sh', [], { PATH: `${other}:${bin}:${process.env.PATH}` });
      expect(ran.code, all(ran)).toBe(2);
      expect(ran.errors).toContain(message);
      const left = readFile(join(folder, 'ci-results', 'reports', 'secrets.json'));
      await expect(left).rejects.toThrow();
    }
  });
});
