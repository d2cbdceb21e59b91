import type { EvidenceKind } from '../kind.js';
import { cyclonedx } from './cyclonedx/index.js';
import { gitleaks } from './gitleaks/index.js';
import { grype } from './grype/index.js';
import { junit } from './junit/index.js';
import { npmAudit } from './npm-audit/index.js';
import { openvex } from './openvex/index.js';
import { sarif } from './sarif/index.js';
import { spdx } from './spdx/index.js';
import { trivy } from './trivy/index.js';

/** Every kind of evidence, a line each; their order is that of the API's description. */
export const kinds: readonly EvidenceKind[] = [
  junit,
  cyclonedx,
  spdx,
  trivy,
  grype,
  gitleaks,
  npmAudit,
  sarif,
  openvex,
];
