import { Type } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../fault.support.js';
import { checker } from './check.js';
import { anyShape, mapOf, optionalList, optionalObject, optionalText } from './optional.js';

const check = checker(
  Type.Object({
    name: optionalText,
    results: optionalList(
      Type.Object({ findings: optionalList(Type.Object({ id: optionalText })) }),
    ),
    byName: Type.Optional(mapOf(Type.Object({ via: optionalList(Type.String()) }))),
    about: optionalObject({ tool: Type.Optional(Type.Unknown()) }),
    open: anyShape({ failed: {} }),
  }),
);

describe('a name in another case', () => {
  it.each<[object, string, string]>([
    [{ Results: [{}] }, '/Results', 'results'],
    [{ results: [], RESULTS: [{}] }, '/RESULTS', 'results'],
    [{ results: [{}, { Findings: [{ id: 'a' }] }] }, '/results/1/Findings', 'findings'],
    [{ byName: { 'a/b': { Via: ['c'] } } }, '/byName/a~1b/Via', 'via'],
    [{ about: { Tool: { x: 1 } } }, '/about/Tool', 'tool'],
    [{ about: { Tool: false } }, '/about/Tool', 'tool'],
    [{ Name: 'a' }, '/Name', 'name'],
    [
      { results: [...Array.from({ length: 50 }, () => ({})), { Findings: [{ id: 'a' }] }] },
      '/results/50/Findings',
      'findings',
    ],
    [{ name: 'a', NAME: 'b' }, '/NAME', 'name'],
    [{ Results: 0 }, '/Results', 'results'],
    [{ 'results\u200b': [{}] }, '/results\u200b', 'results'],
    [{ 'results ': [{}] }, '/results ', 'results'],
    [{ ｒesults: [{}] }, '/ｒesults', 'results'],
    [{ fındıngs: 0, results: [{ fındıngs: [{ id: 'a' }] }] }, '/results/0/fındıngs', 'findings'],
    [{ results: [{ FİNDİNGS: [{ id: 'a' }] }] }, '/results/0/FİNDİNGS', 'findings'],
    [{ résults: [{}] }, '/résults', 'results'],
    [{ ...Object.fromEntries([['r\u0435sult\u0455', [{}]]]) }, '/r\u0435sult\u0455', 'results'],
    ...['\u0000', '\u034f', '\u2800', '\u3164', '\ufe0f'].map(
      (invisible): [object, string, string] => [
        { [`results${invisible}`]: [{}] },
        `/results${invisible}`,
        'results',
      ],
    ),
    [{ open: [{ Failed: true }] }, '/open/0/Failed', 'failed'],
    [{ open: { FAILED: true } }, '/open/FAILED', 'failed'],
  ])('is refused: %j', (document, pointer, name) => {
    const fault = faultOf(() => check(document));
    expect(fault).toMatchObject({ pointer, reason: 'invalid' });
    expect(fault.message).toContain(`the tool writes \`${name}\``);
  });

  it.each([
    [{ Results: [] }],
    [{ Results: null, results: [] }],
    [{ Results: '' }],
    [{ name: 'a', Name: 'a' }],
    [{ open: 'Failed' }],
    [{ open: [7, { failed: 1 }] }],
    [{ byName: { via: {}, VIA: {}, Via: { via: [] } } }],
    [{ other: { Results: [{}] } }],
  ])('is read if nothing disappears: %j', (document) => {
    expect(check(document)).toBe(document);
  });
});
