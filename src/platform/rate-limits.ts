import type {} from '@fastify/rate-limit'; // the types of its decorators
import fp from 'fastify-plugin';
import { ANONYMOUS } from '../access/caller.js';
import { authMode, type Config, isLoopback } from '../config/config.js';
import { AppError } from '../shared/app-error.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** @throws {AppError} `rate-limited` after too many refused tokens from one address */
    countFailedLogin(request: FastifyRequest): Promise<void>;
  }
}

const DEFAULT_PER_MINUTE = 600;
const WINDOW_MS = 60_000;
/** Maximum number of callers to count. Beyond it, the least recently active caller is forgotten. */
const MAX_CALLERS = 10_000;

/** Requests per minute of one caller. 0: unlimited. */
export function requestsPerMinute(config: Config): number {
  if (config.RATE_LIMIT_PER_MINUTE !== undefined) return config.RATE_LIMIT_PER_MINUTE;
  return authMode(config) === 'token' && !isLoopback(config.HOST) ? DEFAULT_PER_MINUTE : 0;
}

const tooMany = (detail: string, headers?: Record<string, string>) =>
  new AppError('rate-limited', detail, headers && { headers });

/**
 * Counts the requests of each caller, by token or otherwise by address, and refuses those above the limit. The
 * headers follow draft-ietf-httpapi-ratelimit-headers-06. Each instance counts separately, so the total limit behind
 * a load balancer is the limit times the number of instances.
 */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    const max = requestsPerMinute(config);
    if (max === 0) {
      app.decorate('countFailedLogin', async () => {});
      return;
    }
    const { default: rateLimit } = await import('@fastify/rate-limit');
    await app.register(rateLimit, {
      max,
      timeWindow: WINDOW_MS,
      cache: MAX_CALLERS,
      enableDraftSpec: true,
      keyGenerator: ({ callContext, ip }) => {
        const caller = callContext?.caller ?? ANONYMOUS;
        return caller === ANONYMOUS ? rateLimit.normalizeIP(ip) : caller.credential;
      },
      errorResponseBuilder: (_request, { after }) =>
        tooMany(`The limit is ${max} requests per minute. Retry in ${after}`),
    });

    const failures = app.createRateLimit({
      max: config.RATE_LIMIT_FAILED_LOGINS,
      timeWindow: WINDOW_MS,
      keyGenerator: ({ ip }) => rateLimit.normalizeIP(ip),
    });
    app.decorate('countFailedLogin', async (request) => {
      const count = await failures(request);
      if (count.isAllowed || !count.isExceeded) return;
      throw tooMany('Too many tokens from this address were refused. Correct the token and retry', {
        'retry-after': String(count.ttlInSeconds),
      });
    });
  },
  { name: 'rate-limits', fastify: '5.x', dependencies: ['errors'] },
);
