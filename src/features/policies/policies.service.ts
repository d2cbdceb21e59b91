import { mapPage, type Page, pageById, pageOf } from '../../contract/page.js';
import type { CallContext } from '../../database/context.js';
import { isUniqueViolation } from '../../database/errors.js';
import { toJson } from '../../database/json.js';
import { takeTurn } from '../../database/turns.js';
import { faultOfRule, groupsOfRule, type PolicyRule, rulesSha256 } from '../../engine/index.js';
import { change } from '../../events/index.js';
import type { Policy as PolicyRow } from '../../generated/prisma/client.js';
import { AppError, type FieldError, invalid } from '../../shared/app-error.js';
import type {
  CreatePolicy,
  CreatePolicyVersion,
  ListPoliciesQuery,
  ListPolicyVersionsQuery,
} from './policies.schemas.js';
import { latestVersions, type PolicyVersion, policyNotFound, toPolicyVersion } from './policy.js';

/** A policy without its rules, with the latest version. */
export type ListedPolicy = PolicyRow & { readonly version: number; readonly sha256: string };

/** A policy with the rules of its latest version. */
export type Policy = ListedPolicy & { readonly rules: PolicyRule[] };

export type ListedPolicyVersion = Omit<PolicyVersion, 'rules'>;

/** Nobody can be in a group that does not count at sign-in, so a rule that names it would deny for ever. */
function unknownGroups(rule: PolicyRule, at: string, known: readonly string[]): FieldError[] {
  const message =
    known.length > 0
      ? 'must be a group of SIGN_IN_GROUPS, because no other group counts'
      : 'must be absent: no group counts on this server (SIGN_IN_GROUPS), so name no groups';
  return groupsOfRule(rule)
    .filter(({ group }) => !known.includes(group))
    .map(({ pointer }) => ({ in: 'body' as const, pointer: `${at}${pointer}`, message }));
}

/**
 * Checks what a schema cannot express, such as the syntax of version ranges.
 * @param groups those that count at sign-in
 * @throws {AppError} `validation-failed`, at `/rules/…` of the body
 */
function checkRules(rules: readonly PolicyRule[], groups: readonly string[]): void {
  const errors = rules.flatMap((rule, index): FieldError[] => {
    const at = `/rules/${index}`;
    const fault = faultOfRule(rule);
    if (fault === undefined) return unknownGroups(rule, at, groups);
    return [{ in: 'body', pointer: at, message: `cannot be used: ${fault}` }];
  });
  if (errors.length > 0) throw invalid(errors);
}

/**
 * Checks that the environments that rules name exist.
 * @throws {AppError} `validation-failed`, at `/rules/…/through/…` of the body
 */
async function checkEnvironments({ prisma }: CallContext, rules: readonly PolicyRule[]) {
  const named = rules.flatMap(({ rule, through }, index) =>
    rule === 'promoted' && Array.isArray(through)
      ? through.map((name: unknown, at) => ({
          name: String(name),
          pointer: `/rules/${index}/through/${at}`,
        }))
      : [],
  );
  if (named.length === 0) return;
  const where = { name: { in: named.map(({ name }) => name) } };
  const rows = await prisma.environment.findMany({ where, select: { name: true } });
  const existing = new Set(rows.map(({ name }) => name));
  const errors = named
    .filter(({ name }) => !existing.has(name))
    .map(({ pointer }): FieldError => ({ in: 'body', pointer, message: 'does not exist' }));
  if (errors.length > 0) throw invalid(errors);
}

/** The columns that store rules. */
const columnsOf = (rules: readonly PolicyRule[]) => ({
  rules: toJson(rules),
  sha256: rulesSha256(rules),
});

const latestOf = ({ prisma }: CallContext, policyName: string) =>
  prisma.policyVersion.findFirst({ where: { policyName }, orderBy: { version: 'desc' } });

const toPolicy = (row: PolicyRow, latest: Pick<PolicyVersion, 'version' | 'sha256' | 'rules'>) => {
  const { version, sha256, rules } = latest;
  return { ...row, version, sha256, rules };
};

export type PoliciesService = ReturnType<typeof policiesService>;

/**
 * Policies in numbered versions. Versions are never changed or removed.
 * @param groups of people, which rules can name
 */
export function policiesService(groups: readonly string[] = []) {
  async function require({ prisma }: CallContext, name: string): Promise<PolicyRow> {
    const row = await prisma.policy.findUnique({ where: { name } });
    if (!row) throw policyNotFound();
    return row;
  }

  return {
    /** Creates a policy with its version 1. @throws {AppError} `policy-exists`, `validation-failed` */
    async create(
      context: CallContext,
      { name, description = null, rules }: CreatePolicy,
    ): Promise<Policy> {
      checkRules(rules, groups);
      await checkEnvironments(context, rules);
      const createdBy = context.caller.subject;
      const first = { version: 1, ...columnsOf(rules), createdBy };
      return change(context, async ({ prisma, record }) => {
        const row = await prisma.policy
          .create({ data: { name, description, createdBy, versions: { create: first } } })
          .catch((error: unknown) => {
            if (!isUniqueViolation(error)) throw error;
            const detail = `A policy ${name} exists already. Add a version to it: POST /policies/${name}/versions`;
            throw new AppError('policy-exists', detail);
          });
        record('policy.created', { id: name, data: { sha256: first.sha256 } });
        return toPolicy(row, { ...first, rules });
      });
    },

    /** @throws {AppError} `policy-not-found` */
    async get(context: CallContext, name: string): Promise<Policy> {
      const row = await require(context, name);
      const latest = await latestOf(context, name);
      if (!latest) throw policyNotFound();
      return toPolicy(row, toPolicyVersion(latest));
    },

    /** Lists the oldest first. */
    async list(
      context: CallContext,
      { limit, cursor }: ListPoliciesQuery,
    ): Promise<Page<ListedPolicy>> {
      const rows = await context.prisma.policy.findMany({
        ...(cursor !== undefined && { where: { id: { gt: cursor } } }),
        orderBy: { id: 'asc' },
        take: limit + 1,
      });
      const { items, ...rest } = pageById(rows, limit);
      const names = items.map(({ name }) => name);
      const latest = await latestVersions(context, names);
      const policies = items.flatMap((row) => {
        const { version, sha256 } = latest.get(row.name) ?? {};
        return version === undefined || sha256 === undefined ? [] : [{ ...row, version, sha256 }];
      });
      return { ...rest, items: policies };
    },

    /**
     * Adds the next version, or returns the latest if that has the same rules.
     * @throws {AppError} `policy-not-found`, `validation-failed`
     */
    async addVersion(
      context: CallContext,
      name: string,
      { rules }: CreatePolicyVersion,
    ): Promise<{ version: PolicyVersion; created: boolean }> {
      checkRules(rules, groups);
      await checkEnvironments(context, rules);
      return change(context, async (changing) => {
        const { caller, prisma, record } = changing;
        // Concurrent calls wait here, so that each version gets its own number. The server has no right to change a
        // policy, which locking its row would need.
        await takeTurn(changing, ['policies', name]);
        const latest = await latestOf(changing, name);
        if (!latest) throw policyNotFound();
        const data = columnsOf(rules);
        if (latest.sha256 === data.sha256) {
          return changing.unchanged({ version: toPolicyVersion(latest), created: false });
        }
        const version = latest.version + 1;
        const row = await prisma.policyVersion.create({
          data: { policyName: name, version, ...data, createdBy: caller.subject },
        });
        record('policy-version.added', {
          id: `${name}/${version}`,
          data: { sha256: data.sha256, before: latest.sha256 },
        });
        return { version: toPolicyVersion(row), created: true };
      });
    },

    /** Lists the newest first. @throws {AppError} `policy-not-found` */
    async listVersions(
      context: CallContext,
      name: string,
      { limit, cursor }: ListPolicyVersionsQuery,
    ): Promise<Page<ListedPolicyVersion>> {
      const rows = await context.prisma.policyVersion.findMany({
        where: { policyName: name, ...(cursor !== undefined && { version: { lt: cursor } }) },
        omit: { rules: true },
        orderBy: { version: 'desc' },
        take: limit + 1,
      });
      if (rows.length === 0) await require(context, name);
      const page = pageOf(rows, limit, ({ version }) => String(version));
      return mapPage(page, ({ policyName, ...row }) => ({ ...row, policy: policyName }));
    },

    /** @throws {AppError} `policy-not-found`, `policy-version-not-found` */
    async getVersion(context: CallContext, name: string, version: number): Promise<PolicyVersion> {
      const where = { policyName_version: { policyName: name, version } };
      const row = await context.prisma.policyVersion.findUnique({ where });
      if (row) return toPolicyVersion(row);
      await require(context, name);
      throw new AppError('policy-version-not-found', `Policy ${name} has no version ${version}`);
    },
  };
}
