export { erase } from './erase.js';
export { newOrigin } from './origin.js';
export { LogError, recover, requireReason } from './recover.js';
export { rotate, settleNow } from './rotate.js';
export { openTransparency, type Transparency } from './transparency.js';
export { verify } from './verify.js';
