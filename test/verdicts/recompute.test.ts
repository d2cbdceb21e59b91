import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { ageEvidence, guard, verdictOf } from '../support/verdicts.js';

/** The steps of docs/policies.md#stored-verdicts, for an auditor who has only the answers of the API. */
const context = useApp();

interface Inputs {
  evidence: { id: string; storedSha256: string }[];
  policies: { sha256: string; rules: unknown }[];
  tooOld: { evidence: string[] }[];
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What `jq -cS` prints. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function hashed(inputs: Inputs, engine: number) {
  const ids = inputs.evidence.map(({ id }) => id);
  return {
    ...inputs,
    engine,
    evidence: inputs.evidence.map(({ id: _id, ...rest }) => rest),
    policies: inputs.policies.map(({ rules: _rules, ...rest }) => rest),
    tooOld: inputs.tooOld.map((rule) => ({
      ...rule,
      evidence: rule.evidence.map((id) => ids.indexOf(id)),
    })),
  };
}

it('gives an auditor all that is needed to compute the digests of a verdict', async () => {
  const release = (await createRelease(context.app)).id;
  const rule = { rule: 'evidence-required', maximumAgeDays: 30 };
  await guard(context.app, [
    { ...rule, shows: 'vulnerability' },
    { ...rule, shows: 'components' },
  ]);
  await uploaded(context.app, release, trivy({}), { label: 'scan' });
  await ageEvidence(40);
  await uploaded(context.app, release, bom([{}]), { label: 'sbom' });
  const { id } = await verdictOf(context.app, release, { environment: 'gate' });
  const answer = (await context.app.inject(`/verdicts/${id}`)).json();
  const inputs: Inputs = answer.inputs;
  expect(inputs.tooOld).toHaveLength(2);
  expect(inputs.evidence).toHaveLength(2);
  expect(sha256(sortedJson(hashed(inputs, answer.engine)))).toBe(answer.inputsHash);
  for (const policy of inputs.policies) {
    expect(sha256(sortedJson(policy.rules))).toBe(policy.sha256);
  }
  for (const evidence of inputs.evidence) {
    const { body } = await context.app.inject(`/evidence/${evidence.id}/document`);
    expect(sha256(body)).toBe(evidence.storedSha256);
  }
});
