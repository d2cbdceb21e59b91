import { describe, expect, it } from 'vitest';
import { EVENTS } from '../../events/catalogue.js';
import { sentenceOf, type Told } from './sentence.js';

const told = (type: string, data: Told['data'] = {}, subjectKind = 'evidence') =>
  sentenceOf({ type, subjectKind, actor: 'alice', data });

describe('the sentence about an event', () => {
  it.each<[string, Told['data'], string]>([
    [
      'evidence.received',
      { kind: 'trivy', label: 'scan', artifact: null, superseded: ['1'] },
      'alice uploaded evidence of kind trivy with label scan, which superseded 1 older report',
    ],
    [
      'evidence.received',
      { kind: 'junit', label: null, artifact: 'a1', superseded: ['1', '2'] },
      'alice uploaded evidence of kind junit about artifact a1, which superseded 2 older reports',
    ],
    ['evidence.retracted', {}, 'alice retracted evidence. It does not count any more'],
    [
      'waiver.requested',
      { rule: 'sealed-only', about: 'policy-rule', purl: null, expiresAt: 'x' },
      'alice requested a waiver for rule sealed-only, until x',
    ],
    ['waiver.revoked', { approvedBy: null }, 'alice rejected a request for a waiver'],
    [
      'verdict.decided',
      { environment: 'production', decision: 'deny', late: true },
      'The release may not go to production, by a state that was out of date: alice asked',
    ],
    [
      'deployment.recorded',
      { environment: 'production', decision: 'deny' },
      'alice recorded a deployment to production. The gate had denied it',
    ],
    [
      'approval.requested',
      { environments: ['staging', 'production'], byGate: false },
      'alice asked for approvals for staging and production',
    ],
    [
      'approval.given',
      { environment: 'production', via: 'token' },
      'alice approved the release for production by a token',
    ],
    [
      'approval.withdrawn',
      { environment: 'production', decision: 'reject', person: 'bob' },
      'alice withdrew the rejection of bob for production',
    ],
    [
      'approval.voided',
      { environment: 'production', person: 'bob', because: ['CVE-1 in x (high) is new'] },
      'The approval of bob for production is void: CVE-1 in x (high) is new',
    ],
    ['deployment.recorded', { environment: 'x' }, 'alice recorded a deployment to x'],
    [
      'imported',
      {},
      'This evidence is older than the record of events. The time is that of its import',
    ],
    [
      'attestation.signed',
      { environment: 'production' },
      'A statement about the verdict for production was signed',
    ],
    ['audit-pack.issued', { size: 4 }, 'alice requested an audit pack of the release'],
    ['verdict.decided', { erased: true }, 'The content of this verdict.decided event was erased'],
    ['log.recovered', {}, 'alice recorded log.recovered about this evidence'],
  ])('%s %j', (type, data, sentence) => {
    expect(told(type, data)).toBe(sentence);
  });

  it('never allows what it does not know', () => {
    expect(told('verdict.decided', { environment: 'x', decision: 'maybe' })).toMatch(/may not go/);
  });

  it('has a form for each event about a release, which needs no data', () => {
    const about = ['release', 'artifact', 'evidence', 'waiver', 'verdict', 'deployment'];
    about.push('approval', 'approval-request', 'break-glass');
    const types = Object.entries(EVENTS).filter(([, { subject }]) => about.includes(subject));
    expect(types.length).toBeGreaterThan(12);
    for (const [type] of types) {
      expect(told(type), type).not.toMatch(/undefined|null|NaN|\[object| recorded [\w-]+\./);
      expect(told(type, { fields: {}, superseded: 'sha256:x', label: 3 })).not.toMatch(/undefined/);
    }
  });
});
