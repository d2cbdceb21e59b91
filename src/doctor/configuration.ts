import { authMode, type Config, isLoopback } from '../config/config.js';
import { signInSettings } from '../config/sign-in.js';
import { type Finding, ok, warn } from './finding.js';

/** Looks at settings that are valid, and unwise. @throws {ConfigError} for one that stops a start */
export function checkConfiguration(config: Config): Finding[] {
  const { HOST, PORT, DATABASE_URL, SIGNING_KEYS_DIR } = config;
  const mode = authMode(config);
  signInSettings(config);
  const where = DATABASE_URL === undefined ? 'embedded database' : 'DATABASE_URL';
  const findings: Finding[] = [ok(`AUTH_MODE=${mode}, ${HOST}:${PORT}, ${where}`)];
  if (mode === 'none' && !isLoopback(HOST)) {
    const found = `AUTH_MODE=none on ${HOST}: anyone who reaches the port may change everything`;
    findings.push(warn(found, 'set AUTH_MODE=token, unless only this machine reaches the port'));
  }
  if (SIGNING_KEYS_DIR === undefined) {
    findings.push(warn('nothing is signed', 'set SIGNING_KEYS_DIR to a folder of the server'));
  }
  return findings;
}
