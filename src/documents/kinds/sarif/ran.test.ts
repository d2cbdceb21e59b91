import { describe, expect, it } from 'vitest';
import { document, parse, result, run } from './sarif.support.js';

const ok = { executionSuccessful: true };
const notify = (fields: object) => ({
  ...ok,
  toolExecutionNotifications: [{ message: { text: 'disk\n  is full' }, ...fields }],
});
const signal = { exitSignalName: 'SIGKILL' };

/** The coverage of a document with one run. */
const covers = (more: object, results: unknown = [], driver: object = {}) =>
  parse(document(results, driver, more)).coverage;

describe('SARIF: a run of which the tool', () => {
  it.each<[string, object]>([
    ['reports nothing', {}],
    ['succeeded', { invocations: [ok] }],
    ['succeeded with findings', { invocations: [{ ...ok, exitCode: 1 }] }],
    ['exited with 0', { invocations: [{ exitCode: 0 }] }],
    ['warns', { invocations: [notify({ level: 'warning' })] }],
    ['notifies without a level', { invocations: [notify({})] }],
    ['has results in no other file', { externalPropertyFileReferences: { artifacts: [{}] } }],
    ['was converted well', { conversion: { invocation: ok } }],
    ['was converted', { conversion: { tool: {} } }],
    ['has no name of a signal', { invocations: [{ ...ok, exitSignalName: 'SUCCESS' }] }],
  ])('%s: it ran', (_case, more) => {
    expect(covers(more)).toEqual([expect.objectContaining({ what: 'code', ran: 'yes' })]);
  });

  it.each<[object, string]>([
    [{ invocations: [{ executionSuccessful: false }] }, 'reports that it failed'],
    [
      { invocations: [{ executionSuccessful: false, exitCodeDescription: 'No licence' }] },
      'reports that it failed: No licence',
    ],
    [{ invocations: [ok, { executionSuccessful: false }] }, 'reports that it failed'],
    [{ invocations: [{ processStartFailureMessage: 'not found' }] }, 'did not start: not found'],
    [{ invocations: [signal] }, 'the signal SIGKILL ended the tool'],
    [{ invocations: [{ ...ok, exitSignalNumber: 9 }] }, 'the signal 9 ended the tool'],
    [{ invocations: { executionSuccessful: false } }, 'reports that it failed'],
    [{ invocations: [notify({ level: 'error' })] }, 'not complete: disk is full'],
    [{ invocations: [notify({ level: 'Error' })] }, 'not complete: disk is full'],
    [{ invocations: [notify({ level: 'fatal' })] }, 'not complete: disk is full'],
    [{ invocations: [notify({ exception: { message: 'x' } })] }, 'not complete: disk is full'],
    [
      {
        invocations: [{ toolConfigurationNotifications: [{ level: 'error' }, { level: 'error' }] }],
      },
      'not complete: without a message, and 1 more',
    ],
    [
      { invocations: [{ ...notify({ level: 'error' }), executionSuccessful: false }] },
      'disk is full',
    ],
    [
      { invocations: [notify({ level: 'error', message: null, descriptor: { id: 'E1' } })] },
      'not complete: E1',
    ],
    [{ conversion: { invocation: { executionSuccessful: false } } }, 'reports that it failed'],
    [{ results: null }, 'has no list of results'],
    [{ results: undefined }, 'has no list of results'],
  ])('failed: %j', (more, reason) => {
    expect(covers(more)).toEqual([
      { what: 'code', ran: 'failed', reason: expect.stringContaining(reason) },
    ]);
  });

  it.each<[object, string]>([
    [{ externalPropertyFileReferences: { results: [{ itemCount: 3 }] } }, 'in other files'],
    [{ results: undefined, externalPropertyFileReferences: { results: [{}] } }, 'in other files'],
    [{ invocations: [{ exitCode: 2 }] }, 'exited with 2'],
    [{ invocations: [{ executionSuccessful: 'yes' }] }, 'neither true nor false'],
    [{ invocations: 'none' }, 'invocations are not a list'],
  ])('may not have run: %j', (more, reason) => {
    expect(covers(more)).toEqual([
      { what: 'code', ran: 'unknown', reason: expect.stringContaining(reason) },
    ]);
  });

  it('failed, by the level of the notification that the tool describes', () => {
    const notifications = [{ id: 'N0' }, { id: 'N1', defaultConfiguration: { level: 'error' } }];
    const ran = (descriptor: object) =>
      covers({ invocations: [notify({ descriptor })] }, [], { notifications })[0]?.ran;
    expect([ran({ id: 'N1' }), ran({ index: 1 }), ran({ id: 'N0' }), ran({ index: 0 })]).toEqual([
      'failed',
      'failed',
      'yes',
      'yes',
    ]);
  });

  it.each<[{ id?: string; index?: number }, string, string]>([
    [{ id: 'N0' }, 'error', 'failed'],
    [{ index: 0 }, 'error', 'failed'],
    [{ id: 'N0' }, 'warning', 'yes'],
    [{ id: 'N1' }, 'note', 'failed'],
    [{ id: 'N2' }, 'error', 'yes'],
  ])('%j, by the override of the invocation: %s is %s', (descriptor, level, expected) => {
    const notifications = [{ id: 'N0' }, { id: 'N1', defaultConfiguration: { level: 'error' } }];
    const notificationConfigurationOverrides = [{ descriptor, configuration: { level } }];
    const id = descriptor.id ?? 'N0';
    const told = { ...notify({ descriptor: { id: id === 'N2' ? 'N0' : id } }) };
    const invocation = { ...told, notificationConfigurationOverrides };
    expect(covers({ invocations: [invocation] }, [], { notifications })[0]?.ran).toBe(expected);
  });

  it('failed, by the worse of two levels of one notification', () => {
    const of = (level: string) => ({ id: 'N', defaultConfiguration: { level } });
    const notifications = [of('note'), of('error')];
    const invocations = [notify({ descriptor: { id: 'N' } })];
    expect(covers({ invocations }, [], { notifications })[0]?.ran).toBe('failed');
  });

  it('is SpotBugs: it ran if it only found bugs', () => {
    const ran = (exitCode: number, exitSignalName: string, name = 'SpotBugs') => {
      const invocation = { exitCode, exitSignalName, executionSuccessful: false };
      return covers({ invocations: [invocation] }, [], { name })[0]?.ran;
    };
    expect(ran(1, 'BUGS FOUND')).toBe('yes');
    expect(ran(3, 'MISSING CLASS,BUGS FOUND')).toBe('failed');
    expect(ran(1, 'BUGS FOUND', 'Other')).toBe('failed');
  });

  it('failed: its findings count nevertheless', () => {
    const failed = { invocations: [{ executionSuccessful: false }] };
    const read = parse(document([result()], {}, failed));
    expect(read).toMatchObject({ findings: [{ type: 'code' }], coverage: [{ ran: 'failed' }] });
  });

  it('may not have run, because results are outside the runs', () => {
    const all = { ...document([]), inlineExternalProperties: [{ results: [result()] }] };
    const read = parse(all);
    expect(read.coverage).toMatchObject([{ ran: 'unknown' }]);
    expect(JSON.stringify(read.masked)).not.toContain('is wrong');
    const none = { ...document([]), inlineExternalProperties: [{ artifacts: [{}] }, null] };
    expect(parse(none).coverage).toMatchObject([{ ran: 'yes' }]);
  });
});

describe('SARIF: Semgrep', () => {
  const warned = (id: string, name = 'Semgrep OSS') => {
    const toolExecutionNotifications = [{ descriptor: { id }, level: 'warning' }];
    return covers({ invocations: [{ ...ok, toolExecutionNotifications }] }, [], { name });
  };

  it('may not have analysed files, because of a timeout', () => {
    const reason = expect.stringContaining('1 notification such as Timeout, and does not show');
    expect(warned('Timeout')).toMatchObject([{ ran: 'unknown', reason }]);
    expect(warned('Out of memory')).toMatchObject([{ ran: 'unknown' }]);
    expect(warned('Syntax error')).toMatchObject([{ ran: 'yes' }]);
    expect(warned('Timeout', 'ESLint')).toMatchObject([{ ran: 'yes' }]);
  });
});

describe('SARIF: several runs', () => {
  it('each have their own entry, so that one that failed is seen', () => {
    const runs = [run([]), run(null), run([], { name: 'gitleaks' })];
    expect(parse({ version: '2.1.0', runs }).coverage).toMatchObject([
      { what: 'code', ran: 'yes' },
      { what: 'code', ran: 'failed' },
      { what: 'secret', ran: 'yes' },
    ]);
  });

  it.each([[[]], [null]])('none: %j', (runs) => {
    expect(parse({ version: '2.1.0', runs })).toMatchObject({
      findings: [],
      coverage: [{ what: 'code', ran: 'unknown', reason: 'the document has no runs' }],
    });
  });
});

describe('SARIF: notes', () => {
  it('tell what the tool warns of', () => {
    const codeql = { descriptor: { id: 'js/diagnostics/successfully-extracted-files' } };
    const invocation = {
      ...ok,
      toolExecutionNotifications: [
        { message: { text: 'a.js was not parsed' }, level: 'warning' },
        { message: { text: '' }, ...codeql },
        { message: { text: 'Scanned 3 files' }, level: 'note' },
        {},
        { message: { text: 'b.js threw' }, level: 'note', exception: { kind: 'x' } },
      ],
    };
    expect(parse(document([], {}, { invocations: [invocation] })).warnings).toEqual([
      {
        message: 'The tool warns: a.js was not parsed',
        pointer: '/runs/0/invocations/0/toolExecutionNotifications/0',
      },
      {
        message: 'The tool warns: b.js threw',
        pointer: '/runs/0/invocations/0/toolExecutionNotifications/4',
      },
    ]);
  });

  it('tell what contradicts itself', () => {
    const read = parse(document([], {}, { invocations: [{ ...ok, ...signal }] }));
    expect(read.contradictions).toEqual([
      {
        message: 'executionSuccessful is true, but the signal SIGKILL ended the tool',
        pointer: '/runs/0/invocations/0',
      },
    ]);
    expect(parse(document([])).contradictions).toEqual([]);
  });

  it('tell which references lead nowhere, and which ratings are not numbers', () => {
    const at = (index: number) => [{ physicalLocation: { artifactLocation: { index } } }];
    const results = [
      result({ ruleIndex: 7 }),
      result({ ruleIndex: 0 }),
      result({ ruleIndex: -1, locations: at(3) }),
      result({ properties: { 'security-severity': 'nine' } }),
    ];
    expect(parse(document(results, { rules: [{ id: 'R1' }] })).warnings).toEqual([
      {
        message: 'The index of its rule leads to another rule, or to none',
        pointer: '/runs/0/results/0',
      },
      { message: 'The index of its file leads to none', pointer: '/runs/0/results/2' },
      {
        message: 'security-severity is not a number from 0 to 10',
        pointer: '/runs/0/results/3',
      },
    ]);
  });

  it('do not have the secrets of the document', () => {
    const failed = notify({ level: 'error', message: { text: 'read hunter2-hunter2/=' } });
    const secret = result({}, 3, 'hunter2-hunter2/=');
    const read = parse(document([secret], { name: 'gitleaks' }, { invocations: [failed] }));
    expect(read.coverage).toMatchObject([{ reason: expect.stringContaining('read ***') }]);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });
});
