import { describe, expect, it } from 'vitest';
import { packageKey, readPurl } from './purl.js';

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
