import type { Api } from './api.js';
import { Ended } from './terminal.js';

/** Names that only the demo uses. The environment and the policy stay on the server. */
export const ENVIRONMENT = 'srp-demo';
const POLICY = 'srp-demo';

/** Like `baseline`, with a rule about linter findings instead of one about secrets: npm has no secret scanner. */
const rules = [
  { rule: 'tests-passed' },
  { rule: 'evidence-required', shows: 'components' },
  { rule: 'max-findings', severity: 'high', fixableOnly: true, types: ['vulnerability'] },
  { rule: 'max-findings', severity: 'high', types: ['code'] },
];

type Environment = { readonly policies: readonly { readonly name: string }[] };

/** Creates the demo's environment and policy, unless an earlier run did. */
export async function prepareGate(api: Api): Promise<void> {
  const policy = {
    name: POLICY,
    description: 'Created by npm run demo',
    rules,
  };
  const created = await api.call('POST', '/policies', { json: policy, expected: [409] });
  if (created.status === 409) {
    // Answers 200, without a new version, if the latest version has these rules.
    await api.call('POST', `/policies/${POLICY}/versions`, { json: { rules } });
  }
  const environment = { name: ENVIRONMENT, rank: 0, policies: [{ name: POLICY }] };
  const added = await api.call('POST', '/environments', { json: environment, expected: [409] });
  if (added.status !== 409) return;
  const { body } = await api.call<Environment>('GET', `/environments/${ENVIRONMENT}`);
  const names = body.policies.map(({ name }) => name);
  if (names.join() === POLICY) return;
  throw new Ended(
    `the environment ${ENVIRONMENT} has the policies ${names.join(', ')}. The demo does not change them`,
  );
}
