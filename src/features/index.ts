import { environments } from './environments/index.js';
import { evidence } from './evidence/index.js';
import { inventory } from './inventory/index.js';
import { issuers } from './issuers/index.js';
import { policies } from './policies/index.js';
import { projects } from './projects/index.js';
import { releases } from './releases/index.js';
import { tokens } from './tokens/index.js';
import { verdicts } from './verdicts/index.js';
import { waivers } from './waivers/index.js';

/** Every feature, a line each; their order is that of the document. */
export const features = [
  projects,
  releases,
  evidence,
  inventory,
  policies,
  environments,
  waivers,
  verdicts,
  tokens,
  issuers,
];
