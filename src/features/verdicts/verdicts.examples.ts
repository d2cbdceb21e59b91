/** Answers of the gate for the OpenAPI document: a denied release, and the next one, which is allowed. */
const TESTS = '019aaf60-4d1a-7c2b-8e3f-4a5b6c7d8e9f';
const SBOM = '019aaf60-7e2b-7d3c-9f40-5b6c7d8e9fa0';
const SCAN = '019aaf61-0b52-7f1e-b3c4-5d6e7f8091a2';
const SECRETS = '019aaf61-3c63-7a2f-84d5-6e7f8091a2b3';

const log4j = {
  fingerprint: 'f8f93f40e6e36ad407fc0a112048211327b7e9192a0c82c5300c2f4af2b8b967',
  type: 'vulnerability',
  severity: 'critical',
  rule: 'CVE-2021-44228',
  title: 'Remote code execution in Log4j 2',
  purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
  packageName: 'org.apache.logging.log4j:log4j-core',
  packageVersion: '2.14.1',
  fixedVersion: '2.15.0',
  location: 'app/libs/log4j-core-2.14.1.jar',
};

const jackson = {
  fingerprint: '626cfbb6d4bbb1c362c3e7758e6594c4d8af014a74133c83c8d6fd70df4e83a6',
  type: 'vulnerability',
  severity: 'medium',
  rule: 'CVE-2025-49128',
  title: 'Information disclosure in error messages',
  purl: 'pkg:maven/com.fasterxml.jackson.core/jackson-core@2.12.7',
  packageName: 'com.fasterxml.jackson.core:jackson-core',
  packageVersion: '2.12.7',
  fixedVersion: '2.13.0',
  location: 'app/libs/jackson-core-2.12.7.jar',
};

const of = (policy: string, rule: string, evidence: string, message: string) => ({
  policy,
  policyVersion: policy === 'baseline' ? 2 : 1,
  rule,
  mode: 'block',
  status: 'pass',
  denies: false,
  message,
  evidence: [evidence],
  findings: [] as object[],
  waivers: [] as string[],
});

const tests = of('baseline', 'tests-passed', TESTS, '212 tests passed, 0 failed, 3 skipped');
const sbom = of('baseline', 'evidence-required', SBOM, 'Found 1 document: SBOM');
const secrets = of(
  'baseline',
  'no-secrets',
  SECRETS,
  'No secrets, 0 allowed. That gitleaks (secrets) looked for it is the word of the uploader',
);

const tooMany = {
  ...of(
    'baseline',
    'max-findings',
    SCAN,
    [
      '1 critical fixable finding, 0 allowed: CVE-2021-44228 in pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1, fixed in 2.15.0',
      'Update the packages, scan again and upload the report with the same label, or request a waiver: POST /waivers',
    ].join('. '),
  ),
  status: 'fail',
  denies: true,
  findings: [log4j],
};
const few = of(
  'baseline',
  'max-findings',
  SCAN,
  'No fixable findings of severity high or worse, or of unknown severity, 0 allowed',
);
const warned = {
  ...of(
    'hardening',
    'max-findings',
    SCAN,
    '1 medium finding, 0 allowed: CVE-2025-49128 in pkg:maven/com.fasterxml.jackson.core/jackson-core@2.12.7, fixed in 2.13.0',
  ),
  mode: 'warn',
  status: 'fail',
  findings: [jackson],
};

const decided = {
  projectId: 1,
  environment: 'production',
  createdBy: 'jenkins',
};

export const deniedVerdict = {
  id: '019ab02d-5c6e-7a1b-9c2d-3e4f5a6b7c8d',
  releaseId: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  ...decided,
  decision: 'deny',
  inputsHash: '0b8f2e4d6c1a3957e8d0f2b4a6c8e1d3f5a7b9c0d2e4f6a8b1c3d5e7f9a0b2c4',
  results: [tests, sbom, tooMany, secrets],
  evaluatedAt: '2026-11-25T10:05:00.000Z',
  verdictHash: '3c8d1f0a5b7e2946d0c1b8a7f6e5d4c3b2a1908f7e6d5c4b3a29180f7e6d5c4b',
  decidedAt: '2026-11-25T10:05:00.000Z',
  decidedBy: 'jenkins',
};

const asked = {
  askedAt: '2026-11-25T10:41:00.000Z',
  askedBy: 'jenkins',
  validUntil: '2026-11-27T17:00:00.000Z',
  opensAt: null,
  closesAt: '2026-11-27T17:00:00.000Z',
};

const allowedVerdict = {
  id: '019ab04e-7d8f-7b2c-8d3e-4f5a6b7c8d9e',
  releaseId: '019ab03f-2b4c-7d5e-8f60-718293a4b5c6',
  ...decided,
  decision: 'allow',
  inputsHash: '6f29fd1c702986b0097efff7e72ddc732f5fc7fff8a4d4791cc8b50088165272',
  results: [tests, sbom, few, secrets, warned],
  evaluatedAt: '2026-11-25T10:41:00.000Z',
  verdictHash: 'a1f06d5c4b3a29187e6d5c4b3a2918070f1e2d3c4b5a69788796a5b4c3d2e1f0',
  decidedAt: '2026-11-25T10:41:00.000Z',
  decidedBy: 'jenkins',
  ...asked,
};

export const assertion = {
  decision: 'allow',
  environment: decided.environment,
  verdicts: [allowedVerdict],
};

const reasons = [`1.4.0: ${tooMany.rule}: ${tooMany.message}`];

export const denial = {
  detail: reasons.join('; '),
  members: {
    decision: 'deny',
    environment: decided.environment,
    reasons,
    nextSteps: [
      'Change what the reasons name, upload each new report with the label of the old one, and ask the gate again',
    ],
    verdicts: [{ ...deniedVerdict, ...asked }],
  },
};
