/** The status and title of every problem that the API answers with. The keys are stable: clients test them. */
export const PROBLEMS = {
  'validation-failed': { status: 400, title: 'The request is not valid' },
  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'malformed-request': { status: 400, title: 'The request is malformed' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'project-not-found': { status: 404, title: 'Project not found' },
  'method-not-allowed': { status: 405, title: 'The address does not support this method' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'A part of the address is too long' },
  'unsupported-media-type': { status: 415, title: 'The media type is not supported' },
  'expectation-failed': { status: 417, title: 'The expectation cannot be met' },
  'headers-too-large': { status: 431, title: 'The request headers are too large' },
  'internal-error': { status: 500, title: 'Internal error' },
  'database-unavailable': { status: 503, title: 'The database cannot be reached' },
  'schema-outdated': { status: 503, title: 'The database schema is not current' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;
