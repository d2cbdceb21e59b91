import { type CallContext, query } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import type { PolicyRule } from '../../engine/index.js';
import type { PolicyVersion as PolicyVersionRow } from '../../generated/prisma/client.js';
import { AppError, type FieldError, invalid } from '../../shared/app-error.js';

/** A policy version as the API shows it. */
export type PolicyVersion = Omit<PolicyVersionRow, 'policyName' | 'rules'> & {
  readonly policy: string;
  readonly rules: PolicyRule[];
};

/** A policy that an environment names. */
export interface PolicyReference {
  name: string;
  /** null for the latest. */
  version: number | null;
}

export const policyNotFound = () => new AppError('policy-not-found', 'Policy not found');

export const toPolicyVersion = ({
  policyName,
  rules,
  ...row
}: PolicyVersionRow): PolicyVersion => ({
  ...row,
  policy: policyName,
  rules: fromJson<PolicyRule[]>(rules),
});

interface Latest {
  readonly name: string;
  readonly version: number;
  readonly sha256: string;
}

/** `$1`: the names of the policies. */
const LATEST = {
  name: 'policies-latest',
  text: `SELECT DISTINCT ON (policy_name) policy_name AS name, version, sha256 FROM policy_versions
          WHERE policy_name = ANY($1::text[]) ORDER BY policy_name, version DESC`,
};

/** Finds the latest version of each policy, by name. Policies that do not exist are absent. */
export async function latestVersions(
  context: CallContext,
  names: string[],
): Promise<Map<string, Latest>> {
  const rows = await query<Latest>(context, LATEST, [names]);
  return new Map(rows.map((row) => [row.name, row]));
}

/**
 * Checks that the policies and versions exist. Both are never removed, so the result stays true.
 * @throws {AppError} `validation-failed`, at `/policies/…` of the body
 */
export async function checkPolicies(
  context: CallContext,
  references: readonly PolicyReference[],
): Promise<void> {
  const names = references.map(({ name }) => name);
  const latest = await latestVersions(context, names);
  const errors = references.flatMap(({ name, version }, index): FieldError[] => {
    const refuse = (field: string, message: string): FieldError[] => [
      { in: 'body', pointer: `/policies/${index}/${field}`, message },
    ];
    const known = latest.get(name);
    if (!known) return refuse('name', 'does not exist');
    if (names.indexOf(name) < index) return refuse('name', 'must not be in the list twice');
    if (version === null || version <= known.version) return [];
    return refuse('version', `is not a version of ${name}: its latest version is ${known.version}`);
  });
  if (errors.length > 0) throw invalid(errors);
}
