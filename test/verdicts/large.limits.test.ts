import { beforeEach, expect, it } from 'vitest';
import type { Outcome } from '../../src/features/verdicts/large-decisions.js';
import { useApp, useOwnApp } from '../support/app.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { assertRelease, guard, verdictOf } from '../support/verdicts.js';

/** Long enough for a busy machine, in milliseconds. */
const budget = { timeMs: 600_000 };
const outcomes: Outcome[] = [];
const onOutcome = (outcome: Outcome) => outcomes.push(outcome);
const plain = useApp();
const apart = useOwnApp({}, {}, { budget, onOutcome });
const inRequest = useOwnApp({}, {}, { rows: Number.POSITIVE_INFINITY, onOutcome });
const narrow = useOwnApp({}, {}, { budget: { ...budget, heapMib: 24 }, onOutcome });

/** An SBOM of so many components, with so many licences each that no other has. */
const sbom = (components: number, licences: number) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  components: Array.from({ length: components }, (_, c) => ({
    type: 'library',
    name: `part-${c}`,
    version: '1.0.0',
    purl: `pkg:npm/part-${c}@1.0.0`,
    licenses: Array.from({ length: licences }, (_, l) => ({
      license: { name: `Licence ${l} of part ${c}` },
    })),
  })),
});

beforeEach(async () => {
  outcomes.length = 0;
  await guard(plain.app, [{ rule: 'licences', allow: ['MIT'] }]);
});

async function releaseWith(document: object): Promise<string> {
  const { id } = await createRelease(plain.app);
  await uploaded(plain.app, id, document);
  return id;
}

// More than the 5000 rows that are decided in a request, and few enough for its 2 s on a busy machine.
it('6000 components are decided in a thread as in the request', async () => {
  const release = await releaseWith(sbom(6000, 1));
  const ask = async (app: typeof plain.app) => {
    const body = { environment: 'gate', dryRun: true };
    const { evaluatedAt: _when, askedAt: _asked, ...verdict } = await verdictOf(app, release, body);
    return JSON.stringify(verdict);
  };
  expect(await ask(apart.app)).toBe(await ask(inRequest.app));
  expect(outcomes).toEqual(['judged']);
});

it('a thread that runs out of memory ends alone, and the next one decides', async () => {
  const large = await releaseWith(sbom(3000, 100));
  const small = await releaseWith(sbom(3000, 1));
  const ask = (release: string) => assertRelease(narrow.app, { release, environment: 'gate' });
  const problem = expectProblem(await ask(large), 422, 'decision-too-large');
  expect(problem.detail).toContain('more than 152 MiB of memory');
  expectProblem(await ask(large), 422, 'decision-too-large');
  expectProblem(await ask(small), 409, 'release-denied');
  expect(outcomes).toEqual(['too-large', 'remembered', 'judged']);
});
