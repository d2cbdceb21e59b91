import { approvals } from './approvals/plugin.js';
import { attestations } from './attestations/plugin.js';
import { breakGlass } from './break-glass/plugin.js';
import { environments } from './environments/plugin.js';
import { evidence } from './evidence/plugin.js';
import { groupGrants } from './group-grants/plugin.js';
import { identities } from './identities/plugin.js';
import { inventory } from './inventory/plugin.js';
import { issuers } from './issuers/plugin.js';
import { policies } from './policies/plugin.js';
import { projects } from './projects/plugin.js';
import { releases } from './releases/plugin.js';
import { retention } from './retention/plugin.js';
import { sessions } from './sessions/plugin.js';
import { timeline } from './timeline/plugin.js';
import { tokens } from './tokens/plugin.js';
import { transparency } from './transparency/plugin.js';
import { verdicts } from './verdicts/plugin.js';
import { waivers } from './waivers/plugin.js';
import { webhooks } from './webhooks/plugin.js';

/** Every feature, a line each; their order is that of the document. */
export const features = [
  verdicts,
  projects,
  releases,
  timeline,
  evidence,
  inventory,
  policies,
  environments,
  waivers,
  approvals,
  breakGlass,
  sessions,
  transparency,
  attestations,
  webhooks,
  tokens,
  issuers,
  groupGrants,
  identities,
  retention,
];
