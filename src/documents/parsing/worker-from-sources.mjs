import { register } from 'tsx/esm/api';

// In a thread `--import tsx` does not reach what is imported later, as the parsers are.
register();
const { default: work } = await import('./worker.js');

export default work;
