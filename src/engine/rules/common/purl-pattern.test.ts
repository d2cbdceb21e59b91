import { describe, expect, it } from 'vitest';
import { packageKey as keyOf, makePurl, readPurl } from '../../../vocabulary/purl.js';
import { RuleFault } from './fault.js';
import { readPattern, versionOf } from './purl-pattern.js';

/** Whether a pattern matches the package of a purl. */
function matches(pattern: string, purl: string): boolean {
  const key = keyOf(readPurl(purl)?.purl ?? '');
  const read = readPattern(pattern);
  return 'key' in read ? read.key === key : read.matches(key);
}

describe('readPattern', () => {
  it.each([
    ['pkg:npm/x', 'pkg:npm/x@1.0.0', true],
    ['pkg:npm/x', 'pkg:npm/xy@1.0.0', false],
    ['pkg:npm/x', 'pkg:npm/%40s/x@1.0.0', false],
    ['pkg:npm/x', 'pkg:pypi/x@1.0.0', false],
    ['pkg:npm/@s/x', 'pkg:npm/%40s/x@1.0.0', true],
    ['pkg:npm/%40s/x', 'pkg:npm/%40s/x', true],
    ['pkg:NPM/x', 'pkg:npm/x@1', true],
    ['pkg:pypi/Foo_Bar', 'pkg:pypi/foo-bar@1', true],
    ['pkg:pypi/Foo_*', 'pkg:pypi/foo-bar@1', true],
    ['pkg:pypi/zope.interface', 'pkg:pypi/Zope_Interface@1', true],
    ['pkg:nuget/NewtonSoft.Json', 'pkg:nuget/Newtonsoft.Json@13', true],
    ['pkg:nuget/NewtonSoft.*', 'pkg:nuget/Newtonsoft.Json@13', true],
    ['pkg:npm/@s/x', 'pkg:npm/%40s%2Fx@1', true],
    ['pkg:golang/github.com/Foo/Bar', 'pkg:golang/github.com/foo/bar@v1.0.0', true],
    ['pkg:cran/x', 'pkg:cran/x@1', true],
    ['pkg:npm/ev*', 'pkg:npm/event-stream@1', true],
    ['pkg:npm/ev*', 'pkg:npm/ev', true],
    ['pkg:npm/ev*', 'pkg:npm/%40s/event@1', false],
    ['pkg:npm/*', 'pkg:npm/x', true],
    ['pkg:npm/*', 'pkg:npm/%40s/x', true],
    ['pkg:npm/*', 'pkg:npmx/x', false],
    ['pkg:npm/@s/*', 'pkg:npm/%40s/x@1', true],
    ['pkg:npm/@s/*', 'pkg:npm/%40st/x@1', false],
    ['pkg:npm/@s/x*', 'pkg:npm/%40s/xyz@1', true],
    ['pkg:npm/@s/x*', 'pkg:npm/%40s/yx@1', false],
    ['pkg:npm/*/x', 'pkg:npm/%40s/x@1', true],
    ['pkg:npm/*/x', 'pkg:npm/x@1', true],
    ['pkg:npm/*/x', 'pkg:npm/%40s/xy@1', false],
    ['pkg:npm/*/x*', 'pkg:npm/%40s/xy@1', true],
    ['pkg:npm/*/*', 'pkg:npm/%40s/xy@1', true],
    ['pkg:golang/github.com/foo/*', 'pkg:golang/github.com/foo/bar/baz@v1.0.0', true],
    ['pkg:golang/*/bar', 'pkg:golang/github.com/foo/bar@v1.0.0', true],
  ])('%s, of %s: %s', (pattern, purl, expected) => {
    expect(matches(pattern, purl)).toBe(expected);
  });

  it.each(['', 'npm', 'pkg:', 'pkg:npm', 'pkg:swift/x'])('refuses %j', (pattern) => {
    expect(() => readPattern(pattern)).toThrow(RuleFault);
  });
});

describe('keyOf and versionOf', () => {
  it.each([
    'pkg:npm/%40s/x@1.0.0?a=b#c',
    'pkg:npm/x',
    'pkg:golang/github.com/Foo/Bar@v1.0.0',
    'pkg:deb/debian/curl@7.50.3-1%2Bb1?arch=i386',
  ])('are those of readPurl, of %s', (text) => {
    const purl = readPurl(text);
    expect(keyOf(purl?.purl ?? '')).toBe(purl?.key);
    expect(versionOf(purl?.purl ?? '')).toBe(purl?.version);
  });

  it('handle separators in names', () => {
    const purl = makePurl('generic', 'a@b?c#d', '1 2');
    expect(keyOf(purl ?? '')).toBe(readPurl(purl)?.key);
    expect(versionOf(purl ?? '')).toBe('1 2');
  });

  it('accept malformed purls', () => {
    expect(versionOf('pkg:npm/x@%')).toBe('%');
    expect(keyOf('')).toBe('');
  });
});
