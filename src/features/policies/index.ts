export { policiesInput } from './policies.input.sql.js';
export { checkPolicies, type PolicyReference } from './policy.js';
