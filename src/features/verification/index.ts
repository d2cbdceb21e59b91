export { notCompared, TABLES } from './tables.js';
export { type Verified, verify, verifySnapshot } from './verify.js';
