import { isSamePerson } from '../../access/four-eyes.js';
import type { CallContext } from '../../database/context.js';
import { prepare } from '../../engine/index.js';
import type { ChangeContext } from '../../events/index.js';
import { AppError } from '../../shared/app-error.js';
import type { StatedRow } from './approval.js';
import { rulesOf } from './rules-of.js';

const among = (some: readonly string[], others: readonly string[]) =>
  some.filter((one) => others.includes(one));

/**
 * The groups of the giver whose other members can withdraw its rejection, for each rule for which it counts. Another
 * group of the giver must not do: its members have no say there.
 */
async function groupsOf(context: CallContext | ChangeContext, row: StatedRow): Promise<string[][]> {
  const rules = await rulesOf(context, [row.environmentName]);
  const counts = [...rules.values()]
    .flatMap((policies) => [...prepare(policies).asks])
    .map(({ groups, required }) => (groups.length === 0 ? [] : [...groups, ...required]))
    .map((deciding) => among(row.groups, deciding))
    .filter((shared) => shared.length > 0);
  return counts.length > 0 ? counts : [row.groups];
}

/**
 * Checks who withdraws. An approval is its giver's alone. A rejection must not stay when its giver is away: another
 * member of a group for which it counts can withdraw it, and any person if its giver had no groups.
 * @throws {AppError} `not-your-approval`
 */
export async function requireWithdrawer(
  context: CallContext | ChangeContext,
  row: StatedRow,
): Promise<void> {
  const { caller } = context;
  const { person } = row;
  if (isSamePerson(caller, person, row.givenAt)) return;
  if (row.decision !== 'reject') {
    const detail = `${person} gave this approval, and only ${person} can withdraw it`;
    throw new AppError('not-your-approval', detail);
  }
  if (row.groups.length === 0) return;
  const groups = await groupsOf(context, row);
  if (groups.every((one) => among(caller.groups ?? [], one).length > 0)) return;
  const others = groups.map((one) => `another member of ${one.join(' or ')}`).join(' who is also ');
  const detail = `${person} rejected the release, and only ${person} or ${others} can withdraw that`;
  throw new AppError('not-your-approval', detail);
}
