import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/access/scopes.js';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { upload } from '../support/evidence.js';
import { type Received, useLabels } from '../support/labels.js';

const { releaseId } = useLabels();
const guarded = useApp({ AUTH_MODE: 'token' });

describe('a label', () => {
  it('keeps a report whose claims take effect, if the caller may not make claims', async () => {
    const guardedSend = async (document: unknown, scopes: Scope[]): Promise<Received> => {
      const { headers } = await giveToken({ scopes });
      return (await upload(guarded.app, releaseId(), document, { label: 'lint', headers })).json();
    };
    const suppressed = {
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'ESLint' } },
          results: [{ ruleId: 'a', message: { text: 'x' }, suppressions: [{ kind: 'external' }] }],
        },
      ],
    };
    const first = await guardedSend(suppressed, ['evidence:write', 'vex:write']);
    const second = await guardedSend({ ...suppressed, properties: {} }, ['evidence:write']);
    expect(second.supersedes).toEqual([]);
    expect(second.warnings.map(({ message }) => message).join()).toContain(
      `Evidence ${first.id} with the label lint still counts: only a caller with the scope vex:write supersedes claims that take effect. Its claims do not apply to findings of this document. Give`,
    );
  });
});
