import { register } from 'tsx/esm/api';

// In a worker thread, `--import tsx` does not apply to dynamic imports, which load the parsers.
register();
const { default: work } = await import('./worker.js');

export default work;
