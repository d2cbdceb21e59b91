import type { Config } from '../config/config.js';
import { rootCause } from '../database/errors.js';
import { fetchBounded } from '../outbound/fetch.js';
import { START } from './commands.js';
import { type Finding, fail, ok, unknown, warn } from './finding.js';

const TIMEOUT_MS = 4000;
const MAX_BYTES = 1024 * 1024;

/** The address of the server for a program on its machine. undefined: it is not known. */
function addressOf({ HOST, PORT }: Config): string | undefined {
  if (PORT === 0) return undefined;
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
}

async function get(url: string) {
  const { status, body } = await fetchBounded(url, {
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    allow: { httpToLoopback: true },
  });
  return { status, text: body.toString('utf8') };
}

interface Ready {
  readonly status?: unknown;
  readonly detail?: unknown;
  readonly warnings?: unknown;
}

function parsed(text: string): Ready {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** What the server says about itself, and what it measured. */
export interface ServerLook {
  readonly answers: boolean | undefined;
  readonly findings: Finding[];
  /** The text of `/metrics`, if anybody may read it. */
  readonly metrics?: string;
}

/** Asks the server of this machine whether it is ready. It need not run. */
export async function lookAtServer(config: Config): Promise<ServerLook> {
  const address = addressOf(config);
  if (address === undefined) {
    return { answers: undefined, findings: [unknown('PORT=0: its address is not known')] };
  }
  try {
    const { status, text } = await get(`${address}/health/ready`);
    const { detail, warnings } = parsed(text);
    const metrics = config.METRICS_PUBLIC ? await get(`${address}/metrics`) : undefined;
    const measured = metrics?.status === 200 ? { metrics: metrics.text } : {};
    const next = `curl -s ${address}/health/ready`;
    if (status === 200 && Array.isArray(warnings)) {
      return { answers: true, findings: [warn(warnings.join('. '), next)], ...measured };
    }
    if (status === 200)
      return { answers: true, findings: [ok(`${address} is ready`)], ...measured };
    const found = `${address} answers ${status}: ${typeof detail === 'string' ? detail : 'no reason'}`;
    return { answers: true, findings: [fail(found, next)], ...measured };
  } catch (error) {
    const found = `no server answers at ${address} (${rootCause(error)})`;
    return { answers: false, findings: [warn(found, START)] };
  }
}
