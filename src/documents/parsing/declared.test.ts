import { describe, expect, it } from 'vitest';
import { faultOf } from '../fault.support.js';
import { sarif } from '../kinds/sarif/index.js';
import { withDeclared } from './declared.js';

const unknown = { what: 'vulnerability', ran: 'unknown', reason: 'it does not show it' } as const;

describe('what the uploader declares', () => {
  it('may be a type that documents of the kind can also report', () => {
    const { coverage } = withDeclared({ coverage: [unknown] }, sarif, ['vulnerability']);
    expect(coverage).toMatchObject([{ what: 'vulnerability', ran: 'yes', declared: true }]);
  });

  it('must be a type that documents of the kind can report', () => {
    const { alsoReports: _none, ...other } = sarif;
    const fault = faultOf(() => withDeclared({ coverage: [unknown] }, other, ['vulnerability']));
    expect(fault.message).toContain('does not report vulnerability');
  });
});
