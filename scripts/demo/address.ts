import { ConfigError, loadConfig, loadDotEnv } from '../../src/config/config.js';
import { Ended } from './terminal.js';

/** Addresses to listen on that are no addresses to call. */
const EVERY_INTERFACE = ['0.0.0.0', '::'];

/** Where the server of this checkout listens: by `HOST` and `PORT`, also of `.env`, as the server reads them. */
function configured(): string {
  try {
    loadDotEnv();
    const { HOST, PORT } = loadConfig();
    if (PORT === 0)
      throw new Ended('PORT is 0, any free port: set SRP_URL to the address that the server shows');
    const host = EVERY_INTERFACE.includes(HOST) ? '127.0.0.1' : HOST;
    return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
  } catch (error) {
    throw error instanceof ConfigError ? new Ended(error.message) : error;
  }
}

/** The server that the demo plays against. */
export function serverAddress(): string {
  return (process.env.SRP_URL || configured()).replace(/\/+$/, '');
}
