import { fieldOf } from '../kinds/common/fields.js';
import { CONVERT, type Lookalike, sarif } from './lookalike.js';

const first = (object: object, name: string) => fieldOf(fieldOf(object, name), '0');

/** Scanners of images and clusters. */
export const IMAGES: readonly Lookalike[] = [
  {
    name: 'a report of Clair 4',
    advice: sarif('clair-action report --format sarif'),
    fields: ['manifest_hash', 'packages', 'package_vulnerabilities'],
  },
  {
    name: 'a report of clair-scanner',
    advice: CONVERT,
    fields: ['image', 'unapproved', 'vulnerabilities'],
  },
  {
    name: 'a report of Clair 2',
    advice: CONVERT,
    fields: ['LayerCount', 'Vulnerabilities'],
  },
  {
    name: 'a report of Prisma Cloud (Twistlock)',
    advice: CONVERT,
    fields: ['results'],
    and: (object) => fieldOf(first(object, 'results'), 'vulnerabilityDistribution') !== undefined,
  },
  {
    name: 'a report of Prisma Cloud (Twistlock)',
    advice: CONVERT,
    fields: ['results', 'consoleURL'],
  },
  {
    name: 'a report of Anchore',
    advice: CONVERT,
    fields: ['imageDigest', 'vulnerabilities', 'vulnerability_type'],
  },
  {
    name: 'a report of Anchore',
    advice: CONVERT,
    fields: ['imageDigest', 'vulnerabilityType', 'vulnerabilities'],
  },
  {
    name: 'an SBOM of Docker Scout',
    advice:
      'Upload SPDX JSON (docker scout sbom --format spdx), or the scan as SARIF 2.1.0 (docker scout cves --format sarif)',
    fields: ['artifacts', 'descriptor'],
    and: (object) => /scout/i.test(String(fieldOf(fieldOf(object, 'descriptor'), 'name'))),
  },
  {
    name: 'a report of Kubescape',
    advice: sarif('kubescape scan --format sarif'),
    fields: ['summaryDetails', 'resources'],
  },
  {
    name: 'a report of KubeLinter',
    advice: sarif('kube-linter lint --format sarif'),
    fields: ['Checks', 'Reports', 'Summary'],
  },
  {
    name: 'a report of kube-bench',
    advice: CONVERT,
    fields: ['Controls', 'Totals'],
  },
  {
    name: 'a report of Terrascan',
    advice: sarif('terrascan scan -o sarif'),
    fields: ['results'],
    and: (object) => fieldOf(fieldOf(object, 'results'), 'scan_summary') !== undefined,
  },
];
