export { checkPolicies, type PolicyReference } from './policy.js';
