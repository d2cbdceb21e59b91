import { describe, expect, it } from 'vitest';
import { comparableKey, comparableKeys, packageKey, readPurl } from './purl.js';

const keyOf = (text: string) => readPurl(text)?.key;

describe('the key of a package', () => {
  it.each([
    ['NuGet', 'pkg:nuget/newtonsoft.json', 'pkg:nuget/Newtonsoft.Json@13.0.1'],
    ['PyPI, case', 'pkg:pypi/zope-interface', 'pkg:pypi/Zope.Interface@5'],
    ['PyPI, separators', 'pkg:pypi/ruamel-yaml-clib', 'pkg:pypi/ruamel_-.yaml..clib'],
    ['npm, scope with an at sign', 'pkg:npm/%40acme/ui', 'pkg:npm/@acme/ui@1.0.0'],
    ['npm, encoded scope', 'pkg:npm/%40acme/ui', 'pkg:npm/%40Acme/UI@1.0.0'],
    ['npm, encoded slash', 'pkg:npm/%40acme/ui', 'pkg:npm/%40acme%2Fui@1.0.0'],
    ['Composer', 'pkg:composer/vendor/app', 'pkg:composer/Vendor/App'],
    ['GitHub', 'pkg:github/acme/app', 'pkg:github/Acme/App@v1'],
    ['Go', 'pkg:golang/github.com/gorilla/mux', 'pkg:golang/github.com/Gorilla/Mux@v1.8.0'],
    [
      'Go, encoded slash',
      'pkg:golang/github.com/gorilla/mux',
      'pkg:golang/github.com%2fgorilla%2Fmux',
    ],
    ['Debian', 'pkg:deb/debian/curl', 'pkg:deb/Debian/Curl@7.88?arch=amd64'],
    ['RPM: case of the name matters', 'pkg:rpm/redhat/OpenSSL', 'pkg:rpm/RedHat/OpenSSL@1'],
    ['Maven: case matters', 'pkg:maven/Org.Acme/App', 'pkg:maven/Org.Acme/App@1#x'],
  ])('%s', (_case, key, text) => {
    expect(keyOf(text)).toBe(key);
    expect(packageKey(readPurl(text)?.purl ?? '')).toBe(key);
  });

  it.each([
    ['pkg:maven/org.acme/app', 'pkg:maven/org.acme/App'],
    ['pkg:npm/zope.interface', 'pkg:npm/zope-interface'],
    ['pkg:nuget/a.b', 'pkg:nuget/a-b'],
  ])('%s is not %s', (one, other) => expect(keyOf(one)).not.toBe(keyOf(other)));

  it('leaves the package URL as the document has it', () => {
    expect(readPurl('pkg:nuget/Newtonsoft.Json@13')?.purl).toBe('pkg:nuget/Newtonsoft.Json@13');
  });
});

describe('a package URL with one qualifier twice', () => {
  it.each(['?arch=arm64&arch=x86_64', '?Arch=arm64&arch=x86_64', '?arch=&x=1&arch=x86_64#lib'])(
    'is not read: %s',
    (qualifiers) => expect(readPurl(`pkg:deb/debian/curl@1${qualifiers}`)).toBeUndefined(),
  );

  it('is read with different ones', () =>
    expect(readPurl('pkg:deb/debian/curl@1?arch=a&distro=b&')?.key).toBe('pkg:deb/debian/curl'));
});

describe('the keys by which a package may be banned', () => {
  it.each([
    ['pkg:golang/github.com/acme/app/v2', 'pkg:golang/github.com/acme/app@v2.1.0#v2'],
    ['pkg:golang/github.com/acme/app', 'pkg:golang/github.com/acme/app/v2@v2.1.0'],
    ['pkg:golang/github.com/acme/sdk/core', 'pkg:golang/github.com/Acme/sdk@v1.0.0#core'],
    ['pkg:golang/github.com/acme/sdk', 'pkg:golang/github.com/acme/sdk@v1.0.0#core/v3'],
    ['pkg:cargo/foo_bar', 'pkg:cargo/Foo-Bar@1'],
    ['pkg:docker/acme/app', 'pkg:docker/Acme/App@1'],
    ['pkg:swift/github.com/apple/swift-nio', 'pkg:swift/github.com/Apple/swift-nio@2'],
    ['pkg:npm/event-stream', 'pkg://NPM/Event%2Dstream@1?x=y#lib'],
    ['pkg:npm/event-stream', 'pkg:npm/\uff45vent-stre\u200bam@1'],
    ['pkg:npm/event-stream', 'pkg:npm/event-stream%E2%80%8B@1'],
    ['pkg:deb/debian/curl', 'pkg:deb/debian/curl@1:7.88?epoch=1&arch=amd64'],
  ])('%s bans %s', (ban, text) => {
    const key = comparableKey(keyOf(`${ban}@0`) ?? '');
    expect(comparableKeys(readPurl(text)?.purl ?? '')).toContain(key);
  });

  it('are not those of another package', () => {
    expect(comparableKeys('pkg:golang/github.com/acme/application@v1')).not.toContain(
      'pkg:golang/github.com/acme/app',
    );
    expect(comparableKeys('pkg:maven/org.acme/App@1')).toEqual(['pkg:maven/org.acme/App']);
  });
});

it.each([
  'pkg:npm/event-stream%401.0',
  'pkg:npm/event-stream/@1',
  'pkg:npm/./event-stream@1',
  'pkg:npm/a/../event-stream@1',
])('%s is not read: a package is known by its name instead', (text) => {
  expect(readPurl(text)).toBeUndefined();
});
