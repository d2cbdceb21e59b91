import { AppError } from '../../shared/app-error.js';

export const LOG_OFF =
  'This server has no folder for signing keys, so events are not in a log. Set SIGNING_KEYS_DIR and start it again';

/** What a client has once is there forever, but what is not there may come. */
export const notInLog = (detail: string) => new AppError('not-in-log', detail);
