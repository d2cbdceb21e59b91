import { register } from 'tsx/esm/api';

// In a worker thread, `--import tsx` does not apply to dynamic imports.
register();
const { default: work } = await import('./large-worker.js');

export default work;
