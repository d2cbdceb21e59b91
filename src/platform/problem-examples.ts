import type { FastifySchema, RouteOptions } from 'fastify';
import { AppError, type FieldError, invalid } from '../shared/app-error.js';
import type { ProblemCode } from '../shared/problems.js';
import { toProblem } from './problem.js';

/** The parts of an example problem that do not follow from its code. */
export interface ProblemExample {
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly members?: Readonly<Record<string, unknown>>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Examples of this route's problems, where its own details say more than the typical ones. */
    problemExamples?: Partial<Record<ProblemCode, ProblemExample>>;
  }
}

/** An operation, as the document describes it. */
export interface Described extends Pick<RouteOptions, 'config' | 'method' | 'url'> {
  readonly schema: FastifySchema;
  /** The registered schemas by their `$id`. */
  readonly schemas: ReadonlyMap<string, unknown>;
}

interface Part {
  readonly $ref?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Value>>;
}

interface Value {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly maximum?: number;
  readonly examples?: readonly unknown[];
  readonly 'x-rule'?: string;
}

const REQUEST_ID = '0d9a2c7e-5b0e-4a53-9a5f-3f1c86a1b2d4';
const DIGEST = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

/** A typical `detail` for each problem. */
const DETAILS: Record<ProblemCode, string> = {
  'validation-failed': 'body must be an object',
  'malformed-json': 'Unexpected end of JSON input',
  'malformed-request': 'The connection was closed before the body was complete',
  'sign-in-failed':
    'The answer of the identity provider does not belong to this attempt. Begin again at /sign-in',
  'recent-sign-in-required':
    'production asks for a person who signed in within 15 minutes, and you signed in 43 minutes ago. Sign in again at /sign-in?again=true, and repeat the call from that browser',
  unauthenticated: 'The token has expired',
  'insufficient-scope': 'This operation needs another scope',
  'rights-exceeded': 'You do not have policies:write for all of these projects',
  'cross-site-request':
    'A web page of another site sent this change. Add its origin to CORS_ORIGINS, or set AUTH_MODE=token',
  'four-eyes-required': 'You requested this waiver yourself. Another person must approve it',
  'sign-in-refused':
    'You are in none of the groups that may sign in (SIGN_IN_GROUPS). Ask an admin of the identity provider',
  'anti-forgery-required':
    'A change with the cookie of a session needs the header X-Anti-Forgery-Token. GET /me has it',
  'not-found': '/colours does not exist. See /docs for all paths',
  'project-not-found': 'Project not found',
  'token-not-found': 'Token not found',
  'issuer-not-found': 'Issuer not found',
  'identity-not-found': 'Identity not found',
  'link-not-found': 'Link not found',
  'group-grant-not-found': 'Group grant not found',
  'release-not-found': 'Release not found',
  'artifact-not-found': `No release has an artifact ${DIGEST}`,
  'evidence-not-found': 'Evidence not found',
  'document-removed':
    'Retention removed the bytes of this document at 2026-11-25T03:00:00.000Z. Its digest, findings and verdicts stay',
  'legal-hold-not-found': 'Legal hold not found',
  'legal-hold-lifted': 'The legal hold was already lifted for another reason: The case is closed',
  'policy-not-found': 'Policy not found',
  'policy-version-not-found': 'Policy shop has no version 7',
  'environment-not-found': 'Environment not found',
  'window-not-found': 'Window not found',
  'waiver-not-found': 'Waiver not found',
  'webhook-not-found': 'Webhook not found',
  'delivery-not-found': 'Delivery not found',
  'event-not-found': 'Event not found',
  'not-in-log': 'The log has 70000 entries, so index 70000 does not exist',
  'no-subject':
    'The release of verdict 019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e had no artifact, so nothing can be attested about one',
  'webhook-disabled':
    'The webhook is disabled. Enable it: POST /webhooks/019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e/enable',
  'webhook-exists':
    'Webhook 019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e has this URL and these events for the same projects, so its receiver would be told of each event twice. Use it: GET /webhooks/019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e. Or revoke it first: DELETE /webhooks/019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
  'webhooks-off':
    'This server has no folder for keys, so it cannot make the secret of a webhook. Set SIGNING_KEYS_DIR and start it again',
  'log-off':
    'This server has no folder for signing keys, so events are not in a log. Set SIGNING_KEYS_DIR and start it again',
  'log-not-signed':
    'Entries of the log differ from their events or from the tree. Nothing is signed, and reads and verdicts are served. See which: npm run log -- verify',
  'log-behind': 'The event is not in the log yet. Ask again in a second',
  'approval-not-found': 'Approval not found',
  'stale-approval':
    'production is not as you saw it: CVE-2026-1234 in pkg:npm/shop@1.4.0 (high) is new. Read the brief again: GET /releases/{id}/decision-brief?environment=production',
  'approval-withdrawn': 'The approval was already withdrawn for another reason: Found a leak',
  'break-glass-not-found': 'Break-glass not found',
  'break-glass-open':
    'alice broke the glass for this release in production. Deploy to production by 2026-11-25 04:04 UTC, and record it',
  'break-glass-ended': 'It can be confirmed within 15 minutes, unless it is ended before',
  'break-glass-reviewed': 'bob reviewed it already',
  'not-your-approval': 'bob gave this approval, and only bob can withdraw it',
  'verdict-not-found': 'Verdict not found',
  'method-not-allowed': '/projects supports GET, HEAD, POST',
  'request-timeout': 'The request did not arrive in time',
  'idempotency-key-in-use': 'Another request with this key is in progress. Retry in 1 second',
  'project-has-legal-hold':
    'A project that has or had a legal hold cannot be deleted: holds are kept',
  'project-has-releases':
    'A project with releases cannot be deleted, and releases are kept permanently',
  'release-exists': 'Project 1 already has a release 1.4.0',
  'release-differs': [
    `Release 1.4.0 was built from commit ${'8f3c2a1b'.repeat(5)}`,
    'Register another commit under another version',
  ].join('. '),
  'release-sealed': 'The release is sealed, so no artifact can be added. Register a new release',
  'release-revoked': 'A revoked release cannot be sealed',
  'artifact-exists': `The release already has an artifact ${DIGEST}`,
  'evidence-retracted':
    'The evidence was already retracted for another reason: Scan of another image',
  'policy-exists':
    'A policy shop exists already. Add a version to it: POST /policies/shop/versions',
  'project-key-exists': 'A project with the key shop already exists',
  'environment-exists': 'Environment acceptance already exists',
  'identity-required':
    'Approval needs authenticated callers, and this server runs with AUTH_MODE=none. Start it with AUTH_MODE=token',
  'identity-linked': 'https://login.example.org|00u1 is linked to alice. Unlink it first',
  'identity-disabled': 'alice is disabled. Enable it first: POST /identities/alice/enable',
  'waiver-expired':
    'The waiver expired at 2026-02-14T10:00:00.000Z. Request a new one: POST /waivers',
  'waiver-revoked': 'The waiver was revoked: Version 1.5.0 calls the function',
  'release-denied':
    '1.4.0: sealed-only: The release is open. Seal it: POST /releases/01a1c9d4-2f0b-7c3e-9a51-0d4c6e7f8a90/seal',
  'precondition-failed':
    'The resource has changed since you read it. Get it again and use its new ETag',
  'payload-too-large': 'The body exceeds the size limit of this operation',
  'uri-too-long': 'A part of the path is too long',
  'unsupported-media-type': 'Send application/json',
  'expectation-failed': 'The server supports only "Expect: 100-continue"',
  'misdirected-request':
    'The server does not accept the host name releases.example.org. Add it to ALLOWED_HOSTS, or set AUTH_MODE=token',
  'idempotency-key-reused': 'The key was used for another request. Use a new key for a new request',
  'document-unrecognized':
    'The document is not recognised by its content as junit. Name its kind with ?kind=',
  'document-invalid': 'The document is not a valid CycloneDX document: specVersion is missing',
  'quota-exceeded': [
    'QUOTA_REPORTS_PER_RELEASE allows 10000 reports that count for a release, and this request needs 10001',
    'Retract reports that need not count (POST /evidence/{id}/retract), or upload with the label of the report to replace',
  ].join('. '),
  'decision-too-large': [
    'The decision takes more than 30 s',
    'To need less time, retract reports that need not count, upload smaller reports, or simplify the policy',
    'The answer stays the same for 10 minutes, unless the release or the policy changes',
  ].join('. '),
  'subject-mismatch': [
    'The document is about sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08,',
    'and payments:1.4.0 has the digest sha256:1f3c5e7a9b0d2f4e6a8c0b1d3f5e7a9c1b3d5f7e9a0c2b4d6f8e1a3c5b7d9f0e',
  ].join(' '),
  'rate-limited': 'The limit is 600 requests per minute. Retry in 12 seconds',
  'headers-too-large': 'The request line and headers are too large',
  'internal-error': 'The request failed. The server log has the cause under requestId',
  'sign-in-unavailable':
    'The identity provider does not answer as it should. Retry after the seconds in Retry-After',
  'database-unavailable': 'The database is unavailable. Retry after the seconds in Retry-After',
  overloaded: 'The server is overloaded. Retry after the seconds in Retry-After',
  'shutting-down': 'This instance is stopping. Send requests to another instance',
  'schema-outdated': 'Pending or failed migrations: 20260115093000_views. Run npm run db:migrate',
};

const inAddress = (value: unknown) => encodeURIComponent(String(value));

/** The path of a request to this operation, from the examples of its parameters. */
export function examplePath({ url, schema }: Pick<Described, 'url' | 'schema'>): string {
  const { properties = {} } = (schema.params ?? {}) as Part;
  return url.replace(/:(\w+)/g, (_match, name: string) =>
    inAddress(properties[name]?.examples?.[0] ?? name),
  );
}

/** Returns a message for a value that this schema refuses, and such a value. */
function invalidValue({
  type,
  format,
  maximum,
  'x-rule': rule,
}: Value): [string, string] | undefined {
  if (rule) return [rule, '-'];
  if (format) return [`must be a ${format}`, '1'];
  if (type !== 'integer') return undefined;
  return maximum === undefined
    ? ['must be an integer, in plain digits', 'one']
    : [`must be at most ${maximum}`, String(maximum + 1)];
}

/** Finds a fault that this operation could report for a body. */
function faultInBody({ schema: { body }, schemas }: Described): FieldError | undefined {
  const { $ref, ...own } = (body ?? {}) as Part;
  const { required = [], properties } = ($ref ? schemas.get($ref) : own) as Part;
  if (!properties) return undefined;
  const [name] = required;
  return name === undefined
    ? { in: 'body', pointer: '/colour', message: 'is not a known field' }
    : { in: 'body', pointer: `/${name}`, message: 'is required' };
}

/** Finds a fault that this operation could report for a parameter. */
function faultIn(part: 'query' | 'path', described: unknown): [FieldError, string] | undefined {
  const { required = [], properties = {} } = (described ?? {}) as Part;
  const [first] = required;
  if (part === 'query' && first !== undefined) {
    return [{ in: part, pointer: `/${first}`, message: 'is required' }, ''];
  }
  for (const [name, value] of Object.entries(properties)) {
    const [message, refused] = invalidValue(value) ?? [];
    if (message !== undefined && refused !== undefined) {
      return [{ in: part, pointer: `/${name}`, message }, `:${name}=${refused}`];
    }
  }
  return undefined;
}

/** Returns the error for a request that is not valid, and its path. */
function refusedRequest(operation: Described): { error: AppError; path: string } {
  const { url, schema } = operation;
  const path = examplePath(operation);
  const [inQuery] = faultIn('query', schema.querystring) ?? [];
  const fault = faultInBody(operation) ?? inQuery;
  if (fault) return { error: invalid([fault]), path };
  const [inPath, refused = ''] = faultIn('path', schema.params) ?? [];
  if (inPath) {
    const [name = '', value = ''] = refused.split('=');
    return {
      error: invalid([inPath]),
      path: examplePath({ schema, url: url.replace(name, value) }),
    };
  }
  const header = {
    in: 'headers',
    pointer: '/idempotency-key',
    message: 'must be 1 to 255 visible ASCII characters',
  };
  return { error: invalid([header as FieldError]), path };
}

/** Returns an example of a problem of this operation. */
export function problemExample(code: ProblemCode, operation: Described) {
  const { scope, problemExamples = {} } = operation.config ?? {};
  const own = problemExamples[code];
  if (code === 'validation-failed' && !own) {
    const { error, path } = refusedRequest(operation);
    return toProblem(error, { path, requestId: REQUEST_ID });
  }
  const isScope = code === 'insufficient-scope' && scope !== undefined;
  const { detail, ...rest } = own ?? {
    detail: isScope ? `This operation needs the scope ${scope}` : DETAILS[code],
  };
  const path = examplePath(operation);
  return toProblem(new AppError(code, detail, rest), { path, requestId: REQUEST_ID });
}
