import { describe, expect, it } from 'vitest';
import { withClaimsBefore } from './claims-before.js';

const report = (id: string, receivedAt: number, more: object = {}) => ({
  id,
  kind: 'grype',
  label: 'image',
  artifact: null,
  sha256: 'a'.repeat(64),
  storedSha256: 'a'.repeat(64),
  parserVersion: 1,
  mayAbsolve: true,
  shows: [],
  claimsPlace: null,
  receivedAt,
  ...more,
});
const claims = { claimsPlace: 0 };
const counted = (...reports: ReturnType<typeof report>[]) =>
  Object.fromEntries(
    withClaimsBefore(reports).map((one) => [
      one.id,
      'claimsBefore' in one ? one.claimsBefore : null,
    ]),
  );

describe('withClaimsBefore', () => {
  it('counts older reports with claims, by when they were last received', () => {
    const reports = [report('a', 3), report('b', 1, claims), report('c', 2, claims)];
    expect(counted(...reports)).toEqual({ a: 2, b: null, c: 1 });
  });

  it('takes the ids of reports that were received at the same time', () => {
    expect(counted(report('b', 1), report('a', 1, claims))).toEqual({ a: null, b: 1 });
    expect(counted(report('a', 1), report('b', 1, claims))).toEqual({ a: null, b: null });
  });

  it.each([
    ['kind', { kind: 'trivy' }],
    ['label', { label: 'other' }],
    ['artifact', { artifact: 'b'.repeat(64) }],
  ])('counts no report of another %s', (_name, more) => {
    expect(counted(report('a', 1, claims), report('b', 2, more))).toEqual({ a: null, b: null });
  });

  it('counts nothing for reports without a label', () => {
    const none = { label: null };
    const reports = [report('a', 1, { ...none, ...claims }), report('b', 2, none)];
    expect(counted(...reports, report('c', 3, claims))).toEqual({ a: null, b: null, c: null });
  });

  it('returns the reports unchanged if none has a label and claims', () => {
    const reports = [report('a', 1), report('b', 2, { ...claims, label: null })];
    expect(withClaimsBefore(reports)).toBe(reports);
  });
});
