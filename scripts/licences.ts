import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * `npm run licences`: lists the licence of each package of the lock file in docs/licences.md. With `--check` it only
 * compares. It asks no network and no folder of packages, so all systems write the same page.
 */
const ROOT = new URL('../', import.meta.url);
const PAGE = 'docs/licences.md';

/** A package of package-lock.json, lockfileVersion 3. */
export interface LockedPackage {
  readonly version?: string;
  readonly name?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

/**
 * Packages whose metadata names no licence, with the one that the package's own LICENSE file has. The exact version:
 * another one has to be looked at again.
 */
const SETTLED: Readonly<Record<string, string>> = { 'seq-queue@0.0.5': 'MIT' };

export interface Locked {
  readonly path: string;
  readonly name: string;
  readonly about: LockedPackage;
}

/** All packages of the lock file, by their path in it. */
export function lockedPackages(root = ROOT): Locked[] {
  const text = readFileSync(new URL('package-lock.json', root), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, LockedPackage> };
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, about]) => {
      const name = about.name ?? path.slice(path.lastIndexOf('node_modules/') + 13);
      return { path, name, about };
    });
}

/** Where a package is: in the image, in a clone that runs the server, or only where the project is developed. */
function whereOf({ dev, optional, devOptional }: LockedPackage): string {
  if (dev || devOptional) return 'development';
  return optional ? 'clone' : 'image';
}

/** @throws {Error} for a package without a licence that nobody has looked at */
function licenceOf({ name, about }: Locked): string {
  const licence = about.license ?? SETTLED[`${name}@${about.version}`];
  if (licence !== undefined) return licence;
  throw new Error(
    `${name}@${about.version} names no licence. Read its files, then add it to SETTLED in scripts/licences.ts`,
  );
}

const HEAD = `# Licences of the dependencies

\`npm run licences\` writes this page from \`package-lock.json\`. A test compares it.
[delivery.md](delivery.md#licences) says how they are judged, and NOTICE has the attributions.

- \`image\`: in the image of the server
- \`clone\`: also in a clone, for the embedded PostgreSQL
- \`development\`: only for building and testing; it is not distributed
`;

/** The whole page. */
export function licencesPage(packages: readonly Locked[]): string {
  const rows = new Set(
    packages.map((one) => {
      const settled = one.about.license === undefined ? ' (by its LICENSE file)' : '';
      const { version } = one.about;
      return `| ${one.name} | ${version} | ${licenceOf(one)}${settled} | ${whereOf(one.about)} |`;
    }),
  );
  const counts = new Map<string, number>();
  for (const one of packages) {
    const key = `${whereOf(one.about)}: ${licenceOf(one)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const summary = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, n]) => `- ${key}: ${n}`);
  const table = ['| Package | Version | Licence | Where |', '| --- | --- | --- | --- |'];
  return `${HEAD}\n${summary.join('\n')}\n\n${[...table, ...[...rows].sort()].join('\n')}\n`;
}

function main(): void {
  const page = licencesPage(lockedPackages());
  const file = new URL(PAGE, ROOT);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, page);
    return;
  }
  if (readFileSync(file, 'utf8') === page) return;
  console.error(`${PAGE} differs from package-lock.json. Run: npm run licences`);
  process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
