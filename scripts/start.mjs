import { build } from './build.mjs';

// One process for both, so that Ctrl-C and SIGTERM reach the server and not a shell in between.
await build();
await import('../dist/server.js');
