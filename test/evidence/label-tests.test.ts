import { describe, expect, it } from 'vitest';
import { suite, useLabels, xml } from '../support/labels.js';

const { send, statusOf } = useLabels();

describe('a label of tests', () => {
  it('keeps a report of another suite, and of more suites than the new one', async () => {
    const linux = await send(suite('linux'), xml);
    const windows = await send(suite('windows'), xml);
    expect(await statusOf(linux.id)).toBe('current');
    expect(windows.warnings[0]?.message).toContain(
      'it is about suite linux, and this document is about suite windows',
    );
    const both = await send(`<testsuites>${suite('linux')}${suite('windows')}</testsuites>`, xml);
    expect(both.supersedes).toMatchObject([
      { id: linux.id, target: 'suite linux' },
      { id: windows.id, target: 'suite windows' },
    ]);
    expect(both.summary.targets).toEqual(['suite linux', 'suite windows']);
    const again = await send(suite('linux', 'b'), xml);
    expect(again.supersedes).toEqual([]);
    expect(await statusOf(both.id)).toBe('current');
  });

  it('keeps a report when only some of its tests run again', async () => {
    const failing = suite('unit', 'a', 'b').replace('"b"/>', '"b"><failure/></testcase>');
    const first = await send(failing, xml);
    const some = await send(suite('unit', 'b'), xml);
    expect(some.supersedes).toEqual([]);
    expect(some.warnings[0]?.message).toContain('1 of its tests did not run in this document');
    expect(await statusOf(first.id)).toBe('current');
    const all = await send(suite('unit', 'a', 'b'), xml);
    expect(all.supersedes.map(({ id }) => id)).toEqual([first.id, some.id]);
  });

  it('keeps a report when another part of the tests runs, under the same name', async () => {
    const shard = (...tests: string[]) => suite('pytest', ...tests);
    const failed = shard('a', 'b').replace('"b"/>', '"b"><failure/></testcase>');
    const first = await send(failed, xml);
    const second = await send(shard('c', 'd', 'e'), xml);
    expect(second.supersedes).toEqual([]);
    expect(second.warnings[0]?.message).toContain(
      'its test "pytest > b" did not run in this document',
    );
    const all = await send(shard('a', 'b', 'c', 'd', 'e'), xml);
    expect(all.supersedes.map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  it('keeps the tests of a later run, and of a run that had other tests', async () => {
    const at = (day: string, cases: string) =>
      `<testsuite name="s" timestamp="2026-11-${day}T08:00:00Z">${cases}</testsuite>`;
    const later = await send(at('28', '<testcase name="a"><failure/></testcase>'), xml);
    expect((await send(at('01', '<testcase name="a"/>'), xml)).supersedes).toEqual([]);
    const other = '<testcase name="b"/><testcase name="c"/>';
    const { warnings } = await send(at('28', other), xml);
    expect(warnings[0]?.message).toContain('its test "s > a" did not run');
    expect(await statusOf(later.id)).toBe('current');
  });
});
