import { build } from './build.mjs';

// One process for both. The npm script says `exec`: npm runs a shell, and hands signals to that alone.
await build();
await import('../dist/server.js');
