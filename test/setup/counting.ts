import { startCounting } from '../support/counted-work.js';

await startCounting();
