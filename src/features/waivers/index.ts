export { inPackage } from './matches.sql.js';
export { type StatedWaiver, waiverSha256, waiverStatement } from './waiver-statement.js';
export { WAIVERS_INPUT } from './waivers.input.sql.js';
