import { afterEach } from 'vitest';
import { endPrograms } from '../support/process.js';

// Here and not beside what it calls: modules are loaded once for many test files, setup files for each.
afterEach(endPrograms);
