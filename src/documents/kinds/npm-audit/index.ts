import type { EvidenceKind } from '../../kind.js';

const example = {
  auditReportVersion: 2,
  vulnerabilities: {
    lodash: {
      name: 'lodash',
      severity: 'high',
      isDirect: true,
      via: [
        {
          source: 1106913,
          name: 'lodash',
          dependency: 'lodash',
          title: 'Command Injection in lodash',
          url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
          severity: 'high',
          cwe: ['CWE-77', 'CWE-94'],
          cvss: { score: 7.2, vectorString: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H' },
          range: '<4.17.21',
        },
      ],
      effects: [],
      range: '<=4.17.20',
      nodes: ['node_modules/lodash'],
      fixAvailable: { name: 'lodash', version: '4.17.21', isSemVerMajor: false },
    },
  },
  metadata: {
    vulnerabilities: { info: 0, low: 0, moderate: 0, high: 1, critical: 0, total: 1 },
    dependencies: { prod: 2, dev: 0, optional: 0, peer: 0, peerOptional: 0, total: 1 },
  },
};

/** Reports of npm (`npm audit --json`), and of pnpm, which writes what npm 6 wrote. */
export const npmAudit: EvidenceKind = {
  name: 'npm-audit',
  summary: 'Vulnerabilities of npm packages (`npm audit --json`, `pnpm audit --json`)',
  format: 'json',
  uploadFor: { vulnerability: 'npm-audit' },
  example,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
