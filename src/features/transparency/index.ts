export { openTransparency, type Transparency } from './transparency.js';
