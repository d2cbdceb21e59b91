/**
 * The permissions. Every route requires one of them or is public. `bindable`: a token can have the scope for some
 * projects only. The other scopes apply to all projects.
 */
export const SCOPES = {
  'projects:read': { meaning: 'Read projects', bindable: true },
  'projects:write': { meaning: 'Create, update and delete projects', bindable: true },
  'releases:read': { meaning: 'Read releases and artifacts', bindable: true },
  'releases:write': {
    meaning: 'Register, seal and revoke releases, add artifacts',
    bindable: true,
  },
  'evidence:read': {
    meaning: 'Read evidence, its documents, components and findings',
    bindable: true,
  },
  'evidence:write': { meaning: 'Upload evidence', bindable: true },
  'evidence:retract': { meaning: 'Retract evidence', bindable: true },
  'vex:write': {
    meaning:
      'With `evidence:write`: VEX statements and suppressions in uploaded documents take effect',
    bindable: true,
  },
  'holds:write': {
    meaning: 'Read, place and lift legal holds: while one counts, no document is removed',
    bindable: true,
  },
  'retention:write': {
    meaning: 'Read and set how long the documents of releases are kept',
    bindable: false,
  },
  'policies:read': { meaning: 'Read policies', bindable: false },
  'policies:write': { meaning: 'Create policies and policy versions', bindable: false },
  'environments:read': { meaning: 'Read environments', bindable: false },
  'environments:write': {
    meaning: 'Create environments, set their policies, create and end windows',
    bindable: false,
  },
  'environments:stop': {
    meaning: 'Stop the line: deny everything ordinary in an environment',
    bindable: true,
  },
  'environments:resume': {
    meaning: 'Resume a stopped line, as a person',
    bindable: true,
  },
  'deployments:read': { meaning: 'Read deployments', bindable: true },
  'deployments:write': { meaning: 'Record deployments', bindable: true },
  'deployments:break-glass': {
    meaning: 'Break the glass, as a person: pass what denies a release. Confirm and end it',
    bindable: true,
  },
  'waivers:read': { meaning: 'Read waivers', bindable: true },
  'waivers:request': { meaning: 'Request waivers', bindable: true },
  'waivers:approve': {
    meaning: 'Approve waivers that another person requested, and revoke waivers',
    bindable: true,
  },
  'approvals:read': {
    meaning: 'Read approvals, requests for them, and briefs with all that an approver must know',
    bindable: true,
  },
  'approvals:write': {
    meaning: 'Request approvals; as a person: approve, reject and withdraw',
    bindable: true,
  },
  'verdicts:read': { meaning: 'Read verdicts', bindable: true },
  'verdicts:write': {
    meaning: 'Request verdicts: may this release ship to that environment?',
    bindable: true,
  },
  'events:read': { meaning: 'Read events: what changed, when and by whom', bindable: true },
  'log:read': {
    meaning: 'Read the log: checkpoints, tiles, proofs and public keys, but not events',
    bindable: true,
  },
  'audit:read': {
    meaning:
      'Download audit packs: all that is recorded about a release, with its evidence, waivers and policies',
    bindable: true,
  },
  'webhooks:read': { meaning: 'Read webhooks and their deliveries', bindable: true },
  'webhooks:write': {
    meaning: 'Create, test, enable and revoke webhooks, rotate their secrets, send events again',
    bindable: true,
  },
  'tokens:admin': { meaning: 'Create, list and revoke API tokens', bindable: false },
  'issuers:admin': {
    meaning: 'Create, list and revoke trusted OpenID Connect issuers',
    bindable: false,
  },
  'identities:admin': {
    meaning:
      'List, link and disable identities, grant rights to groups, and mark tokens as those of people',
    bindable: false,
  },
  'metrics:read': { meaning: 'Read the metrics of the server', bindable: false },
} as const;

export type Scope = keyof typeof SCOPES;

export const SCOPE_NAMES = Object.keys(SCOPES) as Scope[];
