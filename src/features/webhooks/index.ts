export { openWebhooks, type Webhooks } from './webhooks.js';
