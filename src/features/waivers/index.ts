export { coveringOf, inPackage, isNamed, isOfFinding } from './matches.sql.js';
export { revokeOwnWaivers } from './own-waivers.js';
export { waiverSha256 } from './waiver-statement.js';
export { WAIVERS_INPUT } from './waivers.input.sql.js';
