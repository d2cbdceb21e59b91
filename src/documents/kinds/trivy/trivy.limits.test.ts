import { expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { findings } from './trivy.support.js';

const vulnerabilities = (length: number) =>
  Array.from({ length }, (_, i) => ({
    VulnerabilityID: `GHSA-${i}`,
    VendorIDs: [`GHSA-${i + 1}`],
    PkgName: `p${i}`,
    InstalledVersion: '1',
    CVSS: { nvd: { V3Vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:N' } },
  }));

it('Trivy: 50,000 findings are linear work', async () => {
  const found = (Vulnerabilities: object[]) =>
    findings({ Target: 't', Type: 'npm', Vulnerabilities });
  expect(found(vulnerabilities(50_000))).toHaveLength(50_000);
  const work = (size: number) => {
    const many = vulnerabilities(size);
    return () => found(many);
  };
  expect(await growth(1000, work)).toBeLessThan(LINEAR);
});
