export { disableOfCreators } from './creators.js';
export { openWebhooks, type Webhooks } from './webhooks.js';
