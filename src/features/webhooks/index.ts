export { disableOfCreators } from './creators.js';
export { CLEAN_JOB, openWebhooks, SEND_JOB, type Webhooks } from './webhooks.js';
