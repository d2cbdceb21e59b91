import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CODE, ROOT } from '../paths.js';

/** Origin of the running code. */
export interface BuildInfo {
  readonly name: string;
  readonly version: string;
  /** Full commit id, with `-dirty` if files differed from it. `unknown` outside a Git repository. */
  readonly commit: string;
  /** ISO 8601, UTC. `unknown` if the build did not record it. */
  readonly buildDate: string;
}

function git(...args: string[]): string | undefined {
  try {
    const cwd = fileURLToPath(CODE);
    return execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined; // Git is not installed, or this is not a repository
  }
}

/** Describes the build from its arguments (Docker), otherwise from Git. */
export function describeBuild(
  env: NodeJS.ProcessEnv,
  now: Date,
): Pick<BuildInfo, 'commit' | 'buildDate'> & { version?: string } {
  const head = git('rev-parse', 'HEAD');
  const dirty = head && git('status', '--porcelain') ? '-dirty' : '';
  return {
    commit: env.GIT_COMMIT || (head ? head + dirty : 'unknown'),
    buildDate: env.BUILD_DATE || now.toISOString(),
    ...(env.VERSION && { version: env.VERSION }),
  };
}

function readJson(relative: URL): Record<string, string> | undefined {
  try {
    return JSON.parse(readFileSync(relative, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Reads the record of the build. When the sources run without a build, Git has the commit. */
export function readBuildInfo(): BuildInfo {
  const { name = 'secure-release-platform', version = '0.0.0' } =
    readJson(new URL('package.json', ROOT)) ?? {};
  const recorded = readJson(new URL('build-info.json', CODE));
  if (recorded) return { name, version, commit: 'unknown', buildDate: 'unknown', ...recorded };
  return { name, version, commit: git('rev-parse', 'HEAD') ?? 'unknown', buildDate: 'unknown' };
}
