import { type CallContext, query } from '../../database/context.js';
import { fromJson } from '../../database/json.js';
import type { PolicyRule } from '../../engine/index.js';
import type { PolicyVersion as PolicyVersionRow } from '../../generated/prisma/client.js';
import { AppError, type FieldError, invalid } from '../../shared/app-error.js';

/** As the API shows it. */
export type PolicyVersion = Omit<PolicyVersionRow, 'policyName' | 'rules'> & {
  readonly policy: string;
  readonly rules: PolicyRule[];
};

/** A policy by its name. */
export interface PolicyReference {
  name: string;
  /** null: the latest. */
  version: number | null;
}

export const notFound = () => new AppError('policy-not-found', 'Policy not found');

export const presentVersion = ({ policyName, rules, ...row }: PolicyVersionRow): PolicyVersion => ({
  ...row,
  policy: policyName,
  rules: fromJson<PolicyRule[]>(rules),
});

interface Latest {
  readonly name: string;
  readonly version: number;
  readonly sha256: string;
}

/** `$1`: names. */
const LATEST = {
  name: 'policies-latest',
  text: `SELECT DISTINCT ON (policy_name) policy_name AS name, version, sha256 FROM policy_versions
          WHERE policy_name = ANY($1::text[]) ORDER BY policy_name, version DESC`,
};

/** The latest versions of these policies, by name; those that there are not are left out. */
export async function latestVersions(
  context: CallContext,
  names: string[],
): Promise<Map<string, Latest>> {
  const rows = await query<Latest>(context, LATEST, [names]);
  return new Map(rows.map((row) => [row.name, row]));
}

/**
 * Are there these policies, in these versions? What there is stays.
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
    if (!known) return refuse('name', 'is no policy');
    if (names.indexOf(name) < index) return refuse('name', 'is in the list already');
    if (version === null || version <= known.version) return [];
    return refuse('version', `is no version of ${name}: its latest is ${known.version}`);
  });
  if (errors.length > 0) throw invalid(errors);
}
