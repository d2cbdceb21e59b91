import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { bom, trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { ageEvidence, assertRelease, guard, verdictOf, waived } from '../support/verdicts.js';

/** The steps of docs/verdict-hash.md, for an auditor who has only the answers of the API. */
const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });

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

const NAMES = ['releaseId', 'environment', 'engine', 'decision', 'results'];

/** The steps of docs/verdict-hash.md, which examples/verdict_hash.py follows, too. */
function hashesOf(answer: { inputs: Inputs; engine: number } & Record<string, unknown>) {
  const inputsHash = sha256(sortedJson(hashed(answer.inputs, answer.engine)));
  const members = Object.fromEntries(NAMES.map((name) => [name, answer[name]]));
  return { inputsHash, verdictHash: sha256(sortedJson({ ...members, inputsHash })) };
}

const stored = async (id: string | null) => (await context.app.inject(`/verdicts/${id}`)).json();

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
  expect(hashesOf(answer)).toEqual({
    inputsHash: answer.inputsHash,
    verdictHash: answer.verdictHash,
  });
  for (const policy of inputs.policies) {
    expect(sha256(sortedJson(policy.rules))).toBe(policy.sha256);
  }
  for (const evidence of inputs.evidence) {
    const { body } = await context.app.inject(`/evidence/${evidence.id}/document`);
    expect(sha256(body)).toBe(evidence.storedSha256);
  }
});

describe('the verdictHash of an answer', () => {
  it('can be computed with findings, waivers and text beyond ASCII in the results', async () => {
    const release = (await createRelease(context.app)).id;
    await guard(context.app, [{ rule: 'max-findings', severity: 'low' }]);
    const name = 'Überlauf 𝒳 — "x" \\';
    await uploaded(context.app, release, trivy({ name }, { id: 'CVE-2020-0002' }), {
      label: 'scan',
    });
    await waived(guarded.app, { rule: 'CVE-2021-23337' });
    const asked = await verdictOf(context.app, release, { environment: 'gate' });
    const [result] = asked.results;
    expect(result).toMatchObject({ waivers: [expect.any(String)], findings: [{}] });
    const { inputsHash, verdictHash } = asked;
    expect(hashesOf(await stored(asked.id))).toEqual({ inputsHash, verdictHash });
    const list = (await context.app.inject(`/releases/${release}/verdicts`)).json();
    expect(list[0].verdictHash).toBe(verdictHash);
  });

  it('is the same for a denial of the gate, and for an old verdict without a stored hash', async () => {
    const release = (await createRelease(context.app)).id;
    await uploaded(context.app, release, trivy({}, {}), { label: 'scan' });
    const { verdicts } = (await assertRelease(context.app, { release })).json();
    const answer = await stored(verdicts[0].id);
    expect(verdicts[0].results).toEqual(answer.results);
    expect(hashesOf(answer).verdictHash).toBe(verdicts[0].verdictHash);
    await sql(`BEGIN; SET LOCAL session_replication_role = replica;
               UPDATE verdicts SET verdict_hash = NULL; COMMIT`);
    expect((await stored(verdicts[0].id)).verdictHash).toBe(verdicts[0].verdictHash);
  });

  it('differs if the decision, a result or an input differs', async () => {
    const release = (await createRelease(context.app)).id;
    const answer = await stored((await verdictOf(context.app, release)).id);
    const { verdictHash } = hashesOf(answer);
    for (const other of [
      { ...answer, decision: 'allow' },
      { ...answer, results: answer.results.slice(1) },
      { ...answer, environment: 'staging' },
      { ...answer, inputs: { ...answer.inputs, running: { id: release } } },
    ]) {
      expect(hashesOf(other).verdictHash).not.toBe(verdictHash);
    }
  });
});

it('is documented with the program that is in examples/', async () => {
  const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
  const program = await read('examples/verdict_hash.py');
  expect(await read('docs/verdict-hash.md')).toContain(`\n${program}\x60\x60\x60`);
});
