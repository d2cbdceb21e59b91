export { ARTIFACTS_INPUT, RELEASE_INPUT } from './release.input.sql.js';
export { releaseNotFound, requireRelease, requireReleaseRef } from './release.js';
export { ReleaseParams, STATES } from './releases.schemas.js';
