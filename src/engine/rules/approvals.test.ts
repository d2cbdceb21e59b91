import { describe, expect, it } from 'vitest';
import type { ApprovalsCase, GivenApproval } from './common/approvals.js';
import { NO_APPROVALS } from './common/approvals.js';
import { ask, input } from './input.support.js';

const given = (person: string, rest: Partial<GivenApproval> = {}): GivenApproval => ({
  id: person,
  decision: 'approve',
  person,
  names: [person.toUpperCase()],
  groups: [],
  via: 'sign-in',
  seen: 'a'.repeat(64),
  worse: [],
  ...rest,
});

const asked = (parameters: object, all: Partial<ApprovalsCase>) =>
  ask(
    'approvals',
    parameters,
    input({ approvals: { ...NO_APPROVALS, environment: 'production', ...all } }),
  );

const status = (parameters: object, all: Partial<ApprovalsCase>) => asked(parameters, all).status;

describe('approvals', () => {
  it('needs one by default, and says what to call', () => {
    expect(asked({}, {})).toEqual({
      status: 'fail',
      message:
        '0 of 1 approval. Read GET /releases/{id}/decision-brief?environment=production and approve with its digest: POST /releases/{id}/approvals',
      approvals: [],
    });
    expect(status({}, { given: [given('alice')] })).toBe('pass');
  });

  it('cannot be evaluated without approvals', () => {
    expect(() => ask('approvals', {}, input())).toThrow(/did not look up the approvals/);
  });

  it('counts people and not approvals: names join them, also over several', () => {
    const same = [
      given('alice', { names: ['ALICE', 'X'] }),
      given('x', { names: ['X', 'Y'] }),
      given('y', { names: ['Y'] }),
    ];
    expect(status({ minimum: 2 }, { given: same })).toBe('fail');
    const joined = [given('a', { names: ['A'] }), given('b', { names: ['B'] })];
    expect(status({ minimum: 2 }, { given: joined })).toBe('pass');
    const both = given('c', { names: ['A', 'B'] });
    expect(status({ minimum: 2 }, { given: [...joined, both] })).toBe('fail');
  });

  it('counts nobody twice in the order of any list', () => {
    const all = [
      given('a', { names: ['A', 'B'] }),
      given('b', { names: ['C', 'D'] }),
      given('c', { names: ['B', 'C'] }),
    ];
    for (const order of [all, all.toReversed(), [all[2], all[0], all[1]]]) {
      const some = order.filter((one) => one !== undefined);
      expect(asked({ minimum: 2 }, { given: some }).message).toMatch(/^1 of 2/);
    }
  });

  it.each<[string, object, Partial<GivenApproval>, string]>([
    ['another group', { groups: ['a'] }, { groups: ['b'] }, 'the person is not in a'],
    ['its age', { maximumAgeDays: 7 }, { olderThanDays: 7 }, 'it is older than 7 days'],
    ['a worse risk', {}, { worse: ['CVE-1 is new'] }, 'CVE-1 is new'],
    [
      'a role',
      { notBy: ['triggered-by'] },
      { names: ['JENKINS', 'ALICE'] },
      'the person set the pipeline of the release off',
    ],
  ])('does not count because of %s', (_what, parameters, rest, reason) => {
    const outcome = asked(parameters, { given: [given('alice', rest)], triggeredBy: 'ALICE' });
    expect(outcome.status).toBe('fail');
    expect(outcome.approvals).toMatchObject([{ person: 'alice', because: [reason] }]);
    expect(outcome.message).toContain(`that of alice: ${reason}`);
  });

  it('counts a limit of days for itself: a shorter one of another rule does not matter', () => {
    const all = [given('alice', { olderThanDays: 7 })];
    expect(status({ maximumAgeDays: 30 }, { given: all })).toBe('pass');
    expect(status({}, { given: all })).toBe('pass');
  });

  it('is denied by a rejection of a group that it names, or of any person', () => {
    const no = given('bob', { decision: 'reject', groups: ['b'] });
    const all = { given: [given('alice', { groups: ['a'] }), no] };
    expect(status({ groups: ['a'] }, all)).toBe('pass');
    expect(status({ groups: ['a'], required: ['b'] }, all)).toBe('fail');
    expect(asked({}, all).message).toMatch(/^bob \(b\) rejected the release\./);
    expect(asked({}, all).approvals).toMatchObject([
      { person: 'bob', state: 'rejects' },
      { person: 'alice', state: 'counts' },
    ]);
  });

  it.each(['triggered-by', 'authors', 'waiver-requester'])('denies an unknown %s', (notBy) => {
    const all = { given: [given('alice')], requesters: [null] };
    expect(asked({ notBy: [notBy] }, all)).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/^It is not known who /),
    });
    const known = { triggeredBy: 'X', authors: ['X'], requesters: ['X'] };
    expect(status({ notBy: [notBy] }, { ...all, ...known })).toBe('pass');
  });

  it('shows names without what could harm a terminal', () => {
    const { message } = asked({}, { given: [given('al\u202eice')] });
    expect(message).toBe('1 of 1 approval: al\ufffdice');
  });
});
