import { describe, expect, it } from 'vitest';
import { MASK } from '../common/mask.js';
import { fingerprints, leak, parse, SECRET } from './gitleaks.support.js';
import { parser } from './parser.js';

describe('Gitleaks: fingerprints', () => {
  it('stay when a secret moves, or is in another commit', () => {
    const moved = leak({
      StartLine: 99,
      Commit: 'f'.repeat(40),
      Fingerprint: 'other',
      Match: SECRET,
    });
    const other = leak({ Secret: 'another secret' });
    const [a, b] = fingerprints(leak(), other);
    expect(fingerprints(other, moved)).toEqual([b, a]);
    expect(fingerprints(leak({ Description: 'New words', Tags: null }))).toEqual([a]);
  });

  it('differ by secret, rule, file and key', () => {
    const all = fingerprints(
      leak(),
      leak({ Secret: `${SECRET}x` }),
      leak({ RuleID: 'other' }),
      leak({ File: 'other' }),
    );
    const otherKey = parser.parse([leak()], { secretKey: new Uint8Array(32) }).findings ?? [];
    expect(new Set([...all, otherKey[0]?.fingerprint]).size).toBe(5);
  });

  it('of redacted secrets are of the fingerprint that Gitleaks gives, else of the place', () => {
    const redacted = { Secret: 'REDACTED', Match: 'key = "REDACTED"' };
    const one = leak({ ...redacted, Fingerprint: 'c:f:r:1' });
    const two = leak({ ...redacted, Fingerprint: 'c:f:r:2' });
    const three = leak({ ...redacted, Fingerprint: '', StartLine: 3 });
    const four = leak({ ...redacted, Fingerprint: null, StartLine: 4 });
    expect(new Set(fingerprints(one, two, three, four)).size).toBe(4);
    expect(fingerprints(leak({ Secret: '' }))).not.toEqual(
      fingerprints(leak({ Secret: '', Match: 'x' })),
    );
  });

  it('do not take the secret from the name of its file', () => {
    const [named] = fingerprints(leak({ File: `${SECRET}.txt` }));
    expect(named).toBe(fingerprints(leak({ File: `${MASK}.txt` }))[0]);
  });
});

describe('Gitleaks: masking', () => {
  it('masks the secret, its match, and all copies', () => {
    const document = [
      leak({
        Line: `const key = "${SECRET}"; // do not tell`,
        MatchContext: `before\nkey = "${SECRET}"\nafter`,
        Message: `Use ${SECRET} for now`,
        Link: `https://git.example/?q=${encodeURIComponent(SECRET)}`,
        File: `dir/${SECRET}.txt`,
        Description: `Found ${SECRET}`,
        Later: { Secret: 'nested secret', [SECRET]: [SECRET] },
      }),
      leak({ Secret: 'abc', Match: 'abc', Message: 'about nested secret abc' }),
    ];
    const before = structuredClone(document);
    const result = parse(document);
    const text = JSON.stringify(result);
    for (const secret of [SECRET, encodeURIComponent(SECRET), 'do not tell', 'nested secret'])
      expect(text).not.toContain(secret);
    expect(result.masked).toMatchObject([
      {
        Secret: MASK,
        Match: MASK,
        Line: MASK,
        MatchContext: MASK,
        Message: `Use ${MASK} for now`,
        Link: `https://git.example/?q=${MASK}`,
        RuleID: 'generic-api-key',
        StartLine: 21,
      },
      { Secret: MASK, Match: MASK, Message: `about ${MASK} abc` },
    ]);
    expect(result.findings?.[0]).toMatchObject({
      title: `Found ${MASK}`,
      location: `dir/${MASK}.txt`,
      url: `https://git.example/?q=${MASK}`,
    });
    expect(document).toEqual(before);
  });

  it('masks a short one in the name of its file, in any spelling', () => {
    const read = parse([
      leak({ Secret: 'hunt2', File: 'dir/hunt2.txt' }),
      leak({ Secret: 'p@ss/w', File: 'p%40ss%2Fw.txt' }),
    ]);
    expect(read.findings?.map(({ location }) => location)).toEqual([
      `dir/${MASK}.txt`,
      `${MASK}.txt`,
    ]);
    expect(JSON.stringify(read)).not.toMatch(/hunt2|p%40ss/);
  });

  it('masks a redacted report, and keeps the word REDACTED elsewhere', () => {
    const { masked } = parse([
      leak({ Secret: 'REDACTED', Match: 'a REDACTED', Message: 'REDACTED' }),
    ]);
    expect(masked).toMatchObject([{ Secret: MASK, Match: MASK, Message: 'REDACTED' }]);
  });

  it('keeps names of object members', () => {
    const document = JSON.parse(
      `[{"RuleID": "r", "Secret": "s", "__proto__": {"Secret": "secret!"}}]`,
    );
    const { masked } = parse(document);
    expect(JSON.stringify(masked)).toBe(
      `[{"RuleID":"r","Secret":"${MASK}","__proto__":{"Secret":"${MASK}"}}]`,
    );
  });
});
