import { afterEach } from 'vitest';
import { endPrograms } from '../support/process.js';

// In a setup file, because modules are loaded once for many test files, and setup files once for each.
afterEach(endPrograms);
