import { issuers } from './issuers/index.js';
import { projects } from './projects/index.js';
import { tokens } from './tokens/index.js';

/** Every feature, a line each; their order is that of the document. */
export const features = [projects, tokens, issuers];
