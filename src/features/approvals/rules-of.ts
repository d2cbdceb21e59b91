import { type CallContext, query } from '../../database/context.js';
import type { VerdictInputs } from '../../engine/index.js';
import { policiesInput } from '../policies/index.js';

type Policies = VerdictInputs['policies'];

const SELECT = {
  name: 'approvals-policies',
  text: `SELECT n.name, ${policiesInput()} AS policies
           FROM environments n WHERE n.name = ANY ($1::text[])`,
};

/** The policies that guard these environments now. Those that do not exist are absent. */
export async function rulesOf(
  context: CallContext,
  environments: readonly string[],
): Promise<ReadonlyMap<string, Policies>> {
  const rows = await query<{ name: string; policies: Policies }>(context, SELECT, [environments]);
  return new Map(rows.map(({ name, policies }) => [name, policies]));
}
