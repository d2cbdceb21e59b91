export { requireRelease } from './release.js';
export { ReleaseParams, STATES } from './releases.schemas.js';
