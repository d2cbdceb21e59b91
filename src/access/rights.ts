import { Type } from '@sinclair/typebox';
import { defaulted, stringEnum } from '../contract/schemas.js';
import { AppError, invalid } from '../shared/app-error.js';
import { type Caller, type Grant, type Projects, scopesBeyond } from './caller.js';
import { SCOPE_NAMES, SCOPES } from './scopes.js';

const meanings = Object.entries(SCOPES).map(([name, { meaning }]) => `\`${name}\`: ${meaning}`);

/** Bytes of a request: far more than a sensible one has, and too few to keep the validator busy. */
export const RIGHTS_BODY_LIMIT = 65_536;

const scopes = Type.Array(stringEnum(SCOPE_NAMES), {
  minItems: 1,
  maxItems: SCOPE_NAMES.length,
  uniqueItems: true,
  description: `What it may do. ${meanings.join('. ')}`,
});

const projects = Type.Unsafe<Projects>({
  type: ['array', 'null'],
  items: { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
  description:
    'The projects that it is for: all others do not exist for it. null: every project, also those to come',
});

/** The rights of a credential, in answers. */
export const rights = { scopes, projects };

/** The same in requests: for every project, unless they name some. */
export const requestedRights = { scopes, projects: defaulted({ ...projects, default: null }) };

/**
 * May this caller hand out these rights?
 * @throws {AppError} `validation-failed`, `rights-exceeded`
 */
export function checkRights(caller: Caller, grant: Grant): void {
  const unbound = grant.scopes.filter((scope) => !SCOPES[scope].bindable);
  if (grant.projects !== null && unbound.length > 0) {
    const message = `must be null for ${unbound.join(' and ')}, which apply to all projects`;
    throw invalid([{ in: 'body', pointer: '/projects', message }]);
  }
  const beyond = scopesBeyond(caller, grant);
  if (beyond.length === 0) return;
  const detail = `You do not have ${beyond.join(', ')} for all of these projects`;
  throw new AppError('rights-exceeded', detail);
}

/** How the database keeps the projects of a grant: an empty list must never come to mean all. */
export function storedProjects(projects: Projects) {
  return { everyProject: projects === null, projectIds: [...(projects ?? [])] };
}
