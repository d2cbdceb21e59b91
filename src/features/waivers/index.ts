export { inPackage } from './matches.sql.js';
export { WAIVERS_INPUT } from './waivers.input.sql.js';
