import { build } from './build.mjs';

// One process builds and serves. The npm script uses `exec`, because npm starts a shell and passes signals only to it.
await build();
await import('../dist/server.js');
