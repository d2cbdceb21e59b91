import type { DocumentParser } from '../../kind.js';
import { coverageOf, nothingFor } from './coverage.js';
import { entriesOf } from './entries.js';
import { maskSecrets } from './masking.js';
import { otherOutput, refuseOtherOutput } from './refused.js';
import { isCluster, scanOf } from './scan.js';
import { contradictionsIn } from './summaries.js';
import { claimsOf } from './suppressed.js';
import { assumedOf, warningsOf } from './warnings.js';

function isReport(document: unknown): boolean {
  const top: Record<string, unknown> = Object(document);
  if (typeof top.SchemaVersion !== 'number') return false;
  return typeof top.ArtifactName === 'string' || Object.hasOwn(top, 'Results');
}

/** An SBOM has packages, and no files in which Trivy could find a secret. */
const OF_SBOM = ['vulnerability', 'licence'] as const;

function isOfSbom(document: unknown): boolean {
  const { ArtifactType }: Record<string, unknown> = Object(document);
  return ArtifactType === 'cyclonedx' || ArtifactType === 'spdx';
}

export const parser: DocumentParser = {
  version: 15,

  recognizes(document) {
    return isReport(document) || isCluster(document) || otherOutput(document) !== undefined;
  },

  parse(document, context) {
    refuseOtherOutput(document);
    const scan = scanOf(document);
    const { entries, warnings } = entriesOf(scan.parts, context);
    const findings = entries.map(({ finding }) => finding);
    const types = new Set(findings.map(({ type }) => type));
    const results = scan.parts.map(({ result }) => result);
    const clean = maskSecrets(scan.document, results, findings);
    return {
      tool: 'Trivy',
      toolVersion: scan.toolVersion,
      specVersion: scan.specVersion,
      coverage: coverageOf(scan, types, scan.targets(clean?.masked ?? scan.document)),
      commits: scan.commits,
      nothingFor: nothingFor(scan),
      assumed: assumedOf(scan, types.has('vulnerability')),
      ...(isOfSbom(scan.document) && { able: OF_SBOM }),
      findings,
      claims: claimsOf(entries),
      warnings: [...warningsOf(scan), ...warnings],
      contradictions: contradictionsIn(scan.parts),
      ...clean,
    };
  },
};
