import { describe, expect, it } from 'vitest';
import { withIds } from './with-ids.js';

const about = { releaseId: 'r-1', projectId: 7, environment: 'production' };
const rejects = (id: string) => ({ id, person: 'ada', state: 'rejects', because: [] }) as const;

describe('withIds', () => {
  it.each([
    ['Seal it: POST /releases/{id}/seal', 'Seal it: POST /releases/r-1/seal'],
    [
      'GET /releases/{id}/evidence, then POST /releases/{id}/evidence',
      'GET /releases/r-1/evidence, then POST /releases/r-1/evidence',
    ],
    ['POST /projects/{id}/releases', 'POST /projects/7/releases'],
    ['POST /environments/{name}/deployments', 'POST /environments/production/deployments'],
    ['POST /evidence/{id}/retract', 'POST /evidence/{id}/retract'],
  ])('%s', (message, expected) => {
    expect(withIds(message, about)).toBe(expected);
  });

  it('names the only rejection, and none of two', () => {
    const message = 'withdraws it: POST /approvals/{id}/withdraw';
    const named = withIds(message, about, { approvals: [rejects('a-1')] });
    expect(named).toBe('withdraws it: POST /approvals/a-1/withdraw');
    expect(withIds(message, about, { approvals: [rejects('a-1'), rejects('a-2')] })).toBe(message);
    expect(withIds(message, about)).toBe(message);
  });
});
