import { Type } from '@sinclair/typebox';
import { defaulted, stringEnum } from '../contract/schemas.js';
import { AppError, invalidAt } from '../shared/app-error.js';
import { type Caller, type Grant, type Projects, scopesBeyond } from './caller.js';
import { SCOPE_NAMES, SCOPES } from './scopes.js';

const meanings = Object.entries(SCOPES).map(([name, { meaning }]) => `\`${name}\`: ${meaning}`);

/** Maximum body size in bytes. Valid requests are much smaller, and validation stays fast. */
export const RIGHTS_BODY_LIMIT = 65_536;

const scopes = Type.Array(stringEnum(SCOPE_NAMES), {
  minItems: 1,
  maxItems: SCOPE_NAMES.length,
  uniqueItems: true,
  description: `Scopes of the credential. ${meanings.join('. ')}`,
});

const projects = Type.Unsafe<Projects>({
  type: ['array', 'null'],
  items: { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
  description: [
    'Ids of the projects that the credential can reach. All others do not exist for it.',
    'null: all projects, including future ones',
  ].join(' '),
});

/** The rights of a credential in responses. */
export const rights = { scopes, projects };

/** The rights of a credential in requests. Default: all projects. */
export const requestedRights = { scopes, projects: defaulted({ ...projects, default: null }) };

/**
 * Checks that the caller has the rights that it grants.
 * @throws {AppError} `validation-failed`, `rights-exceeded`
 */
export function checkRights(caller: Caller, grant: Grant): void {
  const unbound = grant.scopes.filter((scope) => !SCOPES[scope].bindable);
  if (grant.projects !== null && unbound.length > 0) {
    const message = `must be null for ${unbound.join(' and ')}, which apply to all projects`;
    throw invalidAt('body', '/projects', message);
  }
  const beyond = scopesBeyond(caller, grant);
  if (beyond.length === 0) return;
  const detail = `You do not have ${beyond.join(', ')} for all of these projects`;
  throw new AppError('rights-exceeded', detail);
}

/** The projects of a grant as the database stores them; see `StoredGrant`. */
export function storedProjects(projects: Projects) {
  return { everyProject: projects === null, projectIds: [...(projects ?? [])] };
}
