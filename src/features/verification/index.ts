export { TABLES } from './tables.js';
export { verify, verifySnapshot } from './verify.js';
