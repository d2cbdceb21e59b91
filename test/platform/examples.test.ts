import { Ajv } from 'ajv';
import { default as addFormats } from 'ajv-formats';
import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import {
  type ApiDocument,
  type DescribedOperation,
  type ExampleRequest,
  exampleRequests,
} from '../support/example-requests.js';

const context = useApp();

const document = async (): Promise<ApiDocument> =>
  (await context.app.inject('/openapi.json')).json();

/** An error must be one that the operation shows, for this code. */
function expectShown(
  { operation, name, request }: ExampleRequest,
  { statusCode, body }: LightMyRequestResponse,
) {
  const problem = JSON.parse(body);
  const media = operation.responses[statusCode]?.content?.['application/problem+json'];
  const shown = media?.examples?.[problem.code]?.value;
  const { type, title, status, code } = problem;
  expect(shown, `${name}: ${body}`).toMatchObject({ type, title, status, code });
  expect(shown, name).toMatchObject({ instance: request.url });
}

/** The order of a first visit: what is created first, what ends something last. */
const FIRST = [
  'createProject',
  'createRelease',
  'createArtifact',
  'uploadEvidence',
  'createPolicy',
  'createEnvironment',
  'createWaiver',
  'createToken',
  'createLink',
  'createIssuer',
  'createGroupGrant',
  'createVerdict',
  'recordDeployment',
  'setRetentionPolicy',
  'placeLegalHold',
];
const isLast = ({ operationId }: DescribedOperation) =>
  /^(approve|delete|disable|retract|revoke|seal|withdraw)/.test(operationId);
const placeOf = ({ operation }: ExampleRequest) => {
  const first = FIRST.indexOf(operation.operationId);
  if (first >= 0) return first;
  return FIRST.length + (isLast(operation) ? 1 : 0);
};

/** Requests that the server understands and still refuses. */
const REFUSED: Record<string, number> = {
  assertRelease: 409, // the examples have findings
  approveWaiver: 409, // callers are not authenticated here
  createApproval: 409, // nor is the caller a person
  getApproval: 404, // so there is no approval
  withdrawApproval: 404,
  createBreakGlass: 409, // nor here
  getBreakGlass: 404,
  confirmBreakGlass: 404,
  endBreakGlass: 404,
  reviewBreakGlass: 404,
  deleteProject: 409, // it has a release
  resumeEnvironment: 409, // nobody is a person here
  getWindow: 404, // the example is not the window that was created
  endWindow: 404,
  signIn: 409, // this server has no identity provider
  completeSignIn: 409,
  signOut: 409,
  liftLegalHold: 404, // the example is not the hold that was placed
  unlinkName: 404, // the example is not the link that was created
  getEvent: 404, // no creation names an event
  getCheckpoint: 409, // the server has no keys, and so no log
  getTile: 409,
  getCheckpointOfLog: 404,
  getTileOfLog: 404,
  getLogKeys: 409,
  getLogProof: 409,
  getLogConsistency: 409,
  getAttestation: 409,
  getVerdictProof: 409,
  getAuditPack: 409,
  createWebhook: 409, // nor can it make the secret of a webhook
  rotateWebhookSecret: 409,
  getWebhook: 404,
  revokeWebhook: 404,
  enableWebhook: 404,
  testWebhook: 404,
  listWebhookDeliveries: 404,
  retryWebhookDelivery: 404,
};

const EXAMPLE_ID = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';

/** Puts the ids of what was created in the place of those that the page shows. */
function withIds(request: ExampleRequest['request'], ids: Map<string, string>) {
  const release = ids.get('releases') ?? EXAMPLE_ID;
  const [, group = ''] = request.url.split('/');
  const own = ids.get(group);
  const url = own ? request.url.replaceAll(EXAMPLE_ID, own) : request.url;
  const query = Object.entries(request.query ?? {}).map(([name, value]) => [
    name,
    value === EXAMPLE_ID ? release : value,
  ]);
  const { payload } = request;
  return {
    ...request,
    url,
    query: Object.fromEntries(query),
    ...(typeof payload === 'string' && { payload: payload.replaceAll(EXAMPLE_ID, release) }),
  };
}

describe('the examples of the document', () => {
  it('are valid requests on a server without data', async () => {
    for (const example of exampleRequests(await document())) {
      // What the page creates would be there for the next one.
      if (
        FIRST.includes(example.operation.operationId) &&
        !example.request.url.includes(EXAMPLE_ID)
      )
        continue;
      const response = await context.app.inject(example.request);
      const { statusCode } = response;
      const expected = [200, 404, REFUSED[example.operation.operationId]];
      expect(expected, `${example.name}: ${response.body}`).toContain(statusCode);
      if (statusCode !== 200) expectShown(example, response);
    }
  });

  it('succeed once the resources that they name exist', async () => {
    const all = exampleRequests(await document());
    const ids = new Map<string, string>();
    for (const example of all.toSorted((a, b) => placeOf(a) - placeOf(b))) {
      const { operationId } = example.operation;
      const response = await context.app.inject(withIds(example.request, ids));
      const { statusCode, headers, body } = response;
      const expected = [REFUSED[operationId] ?? [200, 201, 204]].flat();
      expect(expected, `${example.name}: ${body}`).toContain(statusCode);
      const [, group, id] = /^\/([\w-]+)\/([\da-f-]{36})$/.exec(String(headers.location)) ?? [];
      if (group && id && !ids.has(group)) ids.set(group, id);
    }
  });

  it('do not suppress findings when a document is uploaded unchanged', async () => {
    const uploads = exampleRequests(await document()).filter(({ operation }) =>
      ['createProject', 'createRelease', 'uploadEvidence'].includes(operation.operationId),
    );
    const ids = new Map<string, string>();
    for (const { name, request } of uploads) {
      const response = await context.app.inject(withIds(request, ids));
      expect(response.statusCode, `${name}: ${response.body}`).toBeLessThan(300);
      const { id, summary, label } = response.json();
      if (request.url === '/projects/1/releases') ids.set('releases', id);
      if (!summary) continue;
      expect(label, name).toBe('example');
      expect(summary.claims?.absolving ?? 0, name).toBe(0);
    }
    const findings = await context.app.inject(`/releases/${ids.get('releases')}/findings`);
    expect(findings.json().length).toBeGreaterThan(5);
    for (const finding of findings.json()) expect(finding.suppressed).toBe(false);
  });

  it('have no date that expires', async () => {
    const dates = JSON.stringify(await document()).match(/\d{4}-\d\d-\d\d(?=T|")/g) ?? [];
    expect(dates.length).toBeGreaterThan(20);
    // A fixed day in the past, so that this test does not depend on the clock.
    for (const date of dates) expect(date <= '2026-11-28', date).toBe(true);
  });

  it('match their schemas', async () => {
    const { components, paths } = await document();
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'document', components });
    const validatorOf = (name: string) => ajv.getSchema(`document#/components/schemas/${name}`);
    const check = (name: string, value: unknown) => {
      const validate = validatorOf(name);
      expect(validate?.(value), `${name}: ${ajv.errorsText(validate?.errors)}`).toBe(true);
    };
    for (const [name, { examples = [] }] of Object.entries(components.schemas)) {
      for (const example of examples) check(name, example);
    }
    for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
      for (const { content } of Object.values(operation.responses)) {
        const { examples = {} } = content?.['application/problem+json'] ?? {};
        for (const { value } of Object.values(examples)) {
          check('Problem', value);
          const { verdicts = [] } = value as { verdicts?: unknown[] };
          for (const verdict of verdicts) check('Verdict', verdict);
        }
      }
    }
  });
});
