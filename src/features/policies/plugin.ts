import { listOf } from '../../config/config.js';
import type { Feature } from '../../platform/feature.js';
import { policiesRoutes } from './policies.routes.js';
import {
  CreatePolicy,
  CreatePolicyVersion,
  ListedPolicy,
  ListedPolicyVersion,
  Policy,
  PolicyVersion,
} from './policies.schemas.js';
import { policiesService } from './policies.service.js';
import { policyVersionsRoutes } from './policy-versions.routes.js';
import { AnyRule, RULE_SCHEMAS } from './rule.schemas.js';

const SCHEMAS = [
  ...RULE_SCHEMAS,
  AnyRule,
  ListedPolicy,
  Policy,
  ListedPolicyVersion,
  PolicyVersion,
  CreatePolicy,
  CreatePolicyVersion,
];

/** Policies: lists of rules that releases must meet, in immutable, numbered versions. */
export const policies: Feature = {
  tag: {
    name: 'policies',
    description: 'Lists of rules that releases must meet, in immutable, numbered versions',
  },
  async plugin(app, { config }) {
    for (const schema of SCHEMAS) app.addSchema(schema);
    const groups = listOf(config.SIGN_IN_GROUPS).map((name) => name.trim());
    const policies = policiesService(groups);
    await app.register(policiesRoutes, { prefix: '/policies', policies });
    await app.register(policyVersionsRoutes, { prefix: '/policies/:name/versions', policies });
  },
};
