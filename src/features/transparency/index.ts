export { newOrigin } from './origin.js';
export { openTransparency, type Transparency } from './transparency.js';
