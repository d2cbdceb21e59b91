export { requireEnvironment } from './environment.js';
