import { roleSettings } from '../database/role/settings.js';
import { compareRole, readRole } from '../database/role/state.js';
import { counted } from '../shared/text.js';
import { commandOf } from './commands.js';
import { type Finding, fail, ok, warn } from './finding.js';
import type { Connected } from './patient.js';

const MOST_NAMED = 5;
const named = (rights: readonly string[]) => {
  const more = rights.length - MOST_NAMED;
  return rights.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
};

/** Looks at what the role of the server may do: all that it needs, and nothing that rewrites the record. */
export async function checkRole({ client }: Connected): Promise<Finding[]> {
  const state = await readRole(client);
  if (!state) return [fail('the role does not exist', commandOf('migrate'))];
  const settings = await roleSettings(client);
  const findings: Finding[] = settings.map((setting) =>
    warn(
      `the role has a setting of its own: ${setting}`,
      `ALTER ROLE ${state.name} RESET ${setting}`,
    ),
  );
  const separate = 'set MIGRATION_DATABASE_URL to the owner, and DATABASE_URL to srp_server';
  if (state.superuser || state.owns) {
    const what = state.superuser ? 'is a superuser' : 'owns tables';
    return [warn(`${state.name} ${what}: it may rewrite the record`, separate), ...findings];
  }
  const { missing, excess } = compareRole(state);
  if (missing.length > 0) {
    findings.push(fail(`${state.name} lacks ${named(missing)}`, commandOf('migrate')));
  }
  if (excess.length > 0) {
    findings.push(warn(`${state.name} must not have ${named(excess)}`, commandOf('migrate')));
  }
  if (state.memberOf.length > 0) {
    findings.push(warn(`${state.name} is a member of ${named(state.memberOf)}`, separate));
  }
  const tables = counted(state.relations.length, 'table');
  return findings.length > 0 ? findings : [ok(`${state.name} has its rights on ${tables}`)];
}
