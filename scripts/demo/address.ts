import { ConfigError, loadConfig, loadDotEnv } from '../../src/config/config.js';
import { Ended } from './terminal.js';

/** Wildcard addresses, on which a server listens but which clients cannot call. */
const EVERY_INTERFACE = ['0.0.0.0', '::'];

/** The server's address by `HOST` and `PORT`, from the environment or `.env`, read as the server reads them. */
function configured(): string {
  try {
    loadDotEnv();
    const { HOST, PORT } = loadConfig();
    if (PORT === 0)
      throw new Ended(
        'PORT is 0, so the server chose a free port. Set SRP_URL to the address that the server prints',
      );
    const host = EVERY_INTERFACE.includes(HOST) ? '127.0.0.1' : HOST;
    return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
  } catch (error) {
    throw error instanceof ConfigError ? new Ended(error.message) : error;
  }
}

/** The address of the server that the demo uses. */
export function serverAddress(): string {
  return (process.env.SRP_URL || configured()).replace(/\/+$/, '');
}
