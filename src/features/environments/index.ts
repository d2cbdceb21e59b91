export { ENVIRONMENT_INPUT, RUNNING_INPUT } from './environment.input.sql.js';
