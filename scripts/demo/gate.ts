import type { Api } from './api.js';
import { Ended } from './terminal.js';

/** Both are of the demo alone: they guard nothing else, and stay on the server. */
export const ENVIRONMENT = 'srp-demo';
const POLICY = 'srp-demo';

/** As `baseline`, but for secrets: no scanner of them comes with npm alone. In their place, what a linter says. */
const rules = [
  { rule: 'tests-passed' },
  { rule: 'evidence-required', shows: 'components' },
  { rule: 'max-findings', severity: 'high', fixableOnly: true, types: ['vulnerability'] },
  { rule: 'max-findings', severity: 'high', types: ['code'] },
];

/** Adds the environment that the demo asks about, and the policy that guards it, unless an earlier demo has. */
export async function prepareGate(api: Api): Promise<void> {
  const policy = {
    name: POLICY,
    description: 'Of npm run demo',
    rules,
  };
  const made = await api.call('POST', '/policies', { json: policy, expected: [409] });
  if (made.status === 409) {
    // 200 when its latest version has these rules.
    await api.call('POST', `/policies/${POLICY}/versions`, { json: { rules } });
  }
  const environment = { name: ENVIRONMENT, rank: 0, policies: [{ name: POLICY }] };
  const added = await api.call('POST', '/environments', { json: environment, expected: [409] });
  if (added.status !== 409) return;
  const { body } = await api.call('GET', `/environments/${ENVIRONMENT}`);
  const names = body.policies.map(({ name }: { name: string }) => name);
  if (names.join() === POLICY) return;
  throw new Ended(
    `${ENVIRONMENT} is guarded by ${names.join(', ')} here, which the demo leaves alone`,
  );
}
