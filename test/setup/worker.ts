import { afterAll, beforeEach } from 'vitest';
import { closeSql, truncateAll } from '../support/database.js';

beforeEach(truncateAll);
afterAll(closeSql);
