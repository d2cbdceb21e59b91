export { WAIVERS_INPUT } from './waivers.input.sql.js';
