export { ARTIFACTS_INPUT, RELEASE_INPUT } from './release.input.sql.js';
export { requireProject, requireRelease } from './release.js';
export { ReleaseParams, STATES } from './releases.schemas.js';
