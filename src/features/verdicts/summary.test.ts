import { describe, expect, it } from 'vitest';
import { nextStepsOf } from './next-steps.js';
import { codeSpan, type Summarized, summaryOf } from './summary.js';

describe('codeSpan', () => {
  it.each([
    ['a', '` a `'],
    ['', '` (empty) `'],
    ['`x` and ``y``', '``` `x` and ``y`` ```'],
    ['<img src=x> @all [a](b) /merge', '` <img src=x> @all [a](b) /merge `'],
    ['one\n::error::two', '` one ::error::two `'],
    ['##[error] ####[set-env]', '` # #[error] # # # #[set-env] `'],
    ['\u202egnp.exe', '` gnp.exe `'],
  ])('keeps %j text', (text, span) => {
    expect(codeSpan(text)).toBe(span);
  });
});

describe('summaryOf', () => {
  const denied: Summarized = {
    ...{ version: '1.4.0', environment: 'production', intent: 'ordinary', decision: 'deny' },
    ...{ reasons: ['1.4.0: stopped: `'], nextSteps: ['Wait'], overrides: [], verdictId: null },
    page: undefined,
  };

  it('tells decision, reasons and next steps', () => {
    expect(summaryOf(denied)).toBe(
      [
        '## ❌ Denied: ` 1.4.0 ` may not go to ` production `\n',
        '**Reasons**\n',
        '- `` 1.4.0: stopped: ` ``\n',
        '**Next steps**\n',
        '- Wait\n',
        'No verdict was stored\n',
      ].join('\n'),
    );
  });

  it('tells an allowed rollback, what a break-glass overrides, and the page', () => {
    const page = 'https://srp.example.org/ui/releases/1?environment=production';
    const allowed = { ...denied, decision: 'allow', intent: 'rollback', reasons: [] } as const;
    const more = { overrides: ['1.4.0: frozen: x'], nextSteps: [], verdictId: '7', page };
    expect(summaryOf({ ...allowed, ...more })).toBe(
      [
        '## ✅ Allowed: ` 1.4.0 ` may go back to ` production `\n',
        '**A break-glass overrides**\n',
        '- ` 1.4.0: frozen: x `\n',
        `Verdict \`7\` · [Page of the release](<${page}>)\n`,
      ].join('\n'),
    );
  });
});

describe('nextStepsOf', () => {
  const denies = (rule: string) => ({ rule, denies: true, message: '' });
  const steps = (decision: 'allow' | 'deny', opensAt: Date | null, ...rules: string[]) =>
    nextStepsOf([
      { decision, environment: 'production', opensAt, results: rules.map(denies) } as never,
    ]);

  it('tells each step once, and nothing about what is allowed', () => {
    const rules = ['tests-passed', 'no-secrets', 'stopped', 'constructor'];
    expect(steps('deny', null, ...rules)).toEqual([
      expect.stringContaining('Change what the reasons name'),
      expect.stringContaining('POST /environments/production/resume'),
    ]);
    expect(steps('allow', null, 'tests-passed')).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    [
      'promoted',
      { message: 'It must run in a for 2 hours, and runs there. Wait until 1' },
      /^Wait/,
    ],
    [
      'promoted',
      { message: 'It must run in a, and runs there. Wait. It must run in b: POST /environments/b' },
      /^Deploy/,
    ],
    ['approvals', {}, /^Let people approve/],
    ['approvals', { approvals: [{ state: 'rejects' }] }, /^Ask who rejected/],
    ['break-glass', {}, /end it, and break the glass again with two people$/],
    ['break-glass-void', {}, /end the break-glass, break the glass again/],
    ['break-glass-reviewed', {}, /review each break-glass/],
    ['sealed-only', {}, /^Seal/],
    ['sealed-only', { status: 'error' }, /^Change what the reasons name/],
    ['semver-increases', {}, /higher version/],
  ])('tells what helps against %s %j', (rule, more, expected) => {
    const result = { rule, denies: true, message: '', ...more };
    const denied = { decision: 'deny', environment: 'production', opensAt: null };
    expect(nextStepsOf([{ ...denied, results: [result] } as never])).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  it('tells when a window opens', () => {
    const opens = new Date('2027-01-03T07:00:00Z');
    expect(steps('deny', opens, 'frozen')[0]).toContain('Wait until 2027-01-03T07:00:00.000Z');
    expect(steps('deny', null, 'frozen')[0]).toContain('Wait until a window opens');
  });
});
