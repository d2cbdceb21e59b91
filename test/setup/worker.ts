import { afterAll, beforeEach } from 'vitest';
import { claimDatabase, closeSql, truncateAll } from '../support/database.js';

await claimDatabase();
beforeEach(truncateAll);
afterAll(closeSql);
