import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { default as addFormats } from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { createRelease } from '../support/releases.js';
import { createProject } from '../support/requests.js';

/** The documents of a server with AUTH_MODE=token and of one with AUTH_MODE=none. */
const context = useApp({ AUTH_MODE: 'token', HOST: '0.0.0.0' });
const open = useApp();

interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  requestBody?: unknown;
  parameters?: unknown[];
  security?: unknown[];
  responses: Record<
    string,
    { description?: string; headers?: object; content?: Record<string, unknown> }
  >;
}

type Examples = Record<string, { value: Record<string, unknown> }>;

async function document() {
  return (await context.app.inject('/openapi.json')).json();
}

async function operations(): Promise<[string, Operation][]> {
  const { paths } = await document();
  return Object.entries<Record<string, Operation>>(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

describe('/openapi.json', () => {
  it('is a valid OpenAPI 3.1 document', async () => {
    const result = await new Validator().validate(await document());
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect((await document()).openapi).toBe('3.1.0');
  });

  it('describes every route once, under a path without a trailing slash', async () => {
    expect((await operations()).map(([name]) => name).sort()).toEqual([
      'DELETE /environments/{name}/windows/{id}',
      'DELETE /group-grants/{id}',
      'DELETE /issuers/{id}',
      'DELETE /projects/{id}',
      'DELETE /tokens/{id}',
      'DELETE /webhooks/{id}',
      'GET /',
      'GET /approvals',
      'GET /approvals/{id}',
      'GET /artifacts/{sha256}',
      'GET /assert',
      'GET /break-glass',
      'GET /break-glass/{id}',
      'GET /components',
      'GET /deployments',
      'GET /environments',
      'GET /environments/{name}',
      'GET /environments/{name}/deployment-weeks',
      'GET /environments/{name}/deployments',
      'GET /environments/{name}/findings',
      'GET /environments/{name}/history',
      'GET /environments/{name}/status',
      'GET /environments/{name}/stops',
      'GET /environments/{name}/windows',
      'GET /environments/{name}/windows/{id}',
      'GET /events',
      'GET /events/{id}',
      'GET /evidence/{id}',
      'GET /evidence/{id}/document',
      'GET /findings',
      'GET /group-grants',
      'GET /group-grants/{id}',
      'GET /health',
      'GET /health/ready',
      'GET /identities',
      'GET /identities/{subject}',
      'GET /issuers',
      'GET /issuers/{id}',
      'GET /legal-holds',
      'GET /log/checkpoint',
      'GET /log/consistency',
      'GET /log/keys',
      'GET /log/proof',
      'GET /log/tile/{path}',
      'GET /log/{log}/checkpoint',
      'GET /log/{log}/tile/{path}',
      'GET /me',
      'GET /metrics',
      'GET /policies',
      'GET /policies/{name}',
      'GET /policies/{name}/versions',
      'GET /policies/{name}/versions/{version}',
      'GET /projects',
      'GET /projects/{id}',
      'GET /projects/{id}/releases',
      'GET /releases/{id}',
      'GET /releases/{id}/approvals',
      'GET /releases/{id}/artifacts',
      'GET /releases/{id}/audit-pack',
      'GET /releases/{id}/components',
      'GET /releases/{id}/decision-brief',
      'GET /releases/{id}/diff/{other}',
      'GET /releases/{id}/evidence',
      'GET /releases/{id}/findings',
      'GET /releases/{id}/readiness',
      'GET /releases/{id}/summary',
      'GET /releases/{id}/summary.md',
      'GET /releases/{id}/timeline',
      'GET /releases/{id}/verdicts',
      'GET /retention-policies',
      'GET /schemas/verdict/v1',
      'GET /sign-in',
      'GET /sign-in/callback',
      'GET /tokens',
      'GET /tokens/{id}',
      'GET /verdicts',
      'GET /verdicts/{id}',
      'GET /verdicts/{id}/attestation',
      'GET /verdicts/{id}/proof',
      'GET /version',
      'GET /waivers',
      'GET /waivers/ending',
      'GET /waivers/{id}',
      'GET /webhooks',
      'GET /webhooks/{id}',
      'GET /webhooks/{id}/deliveries',
      'PATCH /environments/{name}',
      'PATCH /projects/{id}',
      'PATCH /releases/{id}',
      'POST /approvals/{id}/withdraw',
      'POST /break-glass/{id}/confirm',
      'POST /break-glass/{id}/end',
      'POST /break-glass/{id}/review',
      'POST /environments',
      'POST /environments/{name}/deployments',
      'POST /environments/{name}/resume',
      'POST /environments/{name}/stop',
      'POST /environments/{name}/windows',
      'POST /evidence/{id}/retract',
      'POST /group-grants',
      'POST /identities/{subject}/disable',
      'POST /identities/{subject}/enable',
      'POST /identities/{subject}/links',
      'POST /identities/{subject}/links/{id}/unlink',
      'POST /issuers',
      'POST /legal-holds',
      'POST /legal-holds/{id}/lift',
      'POST /policies',
      'POST /policies/{name}/versions',
      'POST /projects',
      'POST /projects/{id}/releases',
      'POST /releases/{id}/approval-requests',
      'POST /releases/{id}/approvals',
      'POST /releases/{id}/artifacts',
      'POST /releases/{id}/break-glass',
      'POST /releases/{id}/evidence',
      'POST /releases/{id}/revoke',
      'POST /releases/{id}/seal',
      'POST /releases/{id}/verdicts',
      'POST /retention-policies',
      'POST /sign-out',
      'POST /tokens',
      'POST /waivers',
      'POST /waivers/{id}/approve',
      'POST /waivers/{id}/revoke',
      'POST /webhooks',
      'POST /webhooks/{id}/deliveries/{event}/retry',
      'POST /webhooks/{id}/enable',
      'POST /webhooks/{id}/rotate-secret',
      'POST /webhooks/{id}/test',
      'PUT /projects/{id}/releases/{version}',
    ]);
  });

  it('gives every operation an id, one tag, a summary, a description and its errors', async () => {
    const all = await operations();
    const ids = all.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, operation] of all) {
      expect(operation.operationId, name).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
      expect(operation.tags, name).toHaveLength(1);
      expect(operation.summary, name).toMatch(/^[A-Z][a-z]+ .*[^.]$/);
      expect(operation.description, name).toMatch(/permission/);
      const statuses = Object.keys(operation.responses);
      expect(statuses, name).toContain('500');
      const parts = (operation.parameters ?? []) as { in: string }[];
      if (parts.some((part) => part.in !== 'header')) expect(statuses, name).toContain('400');
      if (operation.requestBody) {
        expect(statuses, name).toEqual(expect.arrayContaining(['400', '413', '415']));
      }
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.description, `${name} ${status}`).not.toBe('Default Response');
        if (Number(status) < 400) continue;
        // The only problem with members of its own.
        const isDenial = operation.operationId === 'assertRelease' && status === '409';
        expect(response.content, `${name} ${status}`).toEqual({
          'application/problem+json': {
            schema: { $ref: `#/components/schemas/${isDenial ? 'Denial' : 'Problem'}` },
            examples: expect.any(Object),
          },
        });
      }
    }
  });

  it('has an example of each problem that a response names, for this operation', async () => {
    for (const [name, { responses }] of await operations()) {
      const path = new RegExp(`^${(name.split(' ')[1] ?? '').replace(/\{\w+\}/g, '[^/]+')}$`);
      for (const [status, { description = '', content }] of Object.entries(responses)) {
        const media = content?.['application/problem+json'] as { examples: Examples } | undefined;
        if (!media) continue;
        const where = `${name} ${status}`;
        const named = [...description.matchAll(/\(`([a-z-]+)`\)/g)].map(([, code]) => code);
        if (status !== 'default') expect(Object.keys(media.examples), where).toEqual(named);
        for (const [code, { value }] of Object.entries(media.examples)) {
          expect(value.code, where).toBe(code);
          expect(value.type, where).toBe(`urn:srp:problem:${code}`);
          expect(value.instance, where).toMatch(path);
          if (status === 'default') continue;
          expect(value.status, where).toBe(Number(status));
          expect(description, where).toContain(`${value.title} (\`${code}\`)`);
        }
      }
    }
  });

  it('shows a denial and an allow in full', async () => {
    const { paths, components } = await document();
    const { 200: allowed, 409: denied } = paths['/assert'].get.responses;
    const { value } = denied.content['application/problem+json'].examples['release-denied'];
    expect(value).toMatchObject({ decision: 'deny', environment: 'production' });
    expect(value.detail).toBe(value.reasons.join('; '));
    expect(allowed.content['application/json'].schema.$ref).toMatch(/Assertion$/);
    const [allow] = components.schemas.Assertion.examples;
    for (const { decision, verdicts } of [value, allow]) {
      expect(verdicts.length).toBeGreaterThan(0);
      for (const verdict of verdicts) {
        expect(verdict.decision).toBe(decision);
        const denies = verdict.results.some((result: { denies: boolean }) => result.denies);
        expect(denies).toBe(decision === 'deny');
        const findings = verdict.results.flatMap(
          (result: { findings: object[] }) => result.findings,
        );
        expect(findings).toContainEqual(expect.objectContaining({ rule: expect.any(String) }));
      }
    }
  });

  it('states the scope of each operation, or that it is public', async () => {
    for (const [name, operation] of await operations()) {
      const { security, description, responses } = operation;
      if (/ \/($|health|version|schemas|sign-in)/.test(name)) {
        expect([security, description], name).toEqual([
          [],
          expect.stringMatching(/Needs no permission\.$/),
        ]);
        continue;
      }
      if (/ \/(me|sign-out)$/.test(name)) {
        expect(security, name).toEqual([{ token: [] }, { session: [] }]);
        expect(description, name).toMatch(/Needs a caller, with any permission\.$/);
        continue;
      }
      const [, scope] = /Needs the permission `([a-z]+:[a-z-]+)`\.$/.exec(description ?? '') ?? [];
      expect(security, name).toEqual([{ token: [scope] }, { session: [] }]);
      expect(Object.keys(responses), name).toEqual(expect.arrayContaining(['401', '403']));
    }
  });

  it('begins with the gate, and lists each operation under the tag of its feature', async () => {
    const { tags } = await document();
    expect(tags[0].name).toBe('gate');
    const used = new Set((await operations()).flatMap(([, operation]) => operation.tags));
    expect(tags.map(({ name }: { name: string }) => name).sort()).toEqual([...used].sort());
  });

  it('describes the headers of an answer that follow from the request', async () => {
    for (const [name, { parameters = [], responses }] of await operations()) {
      const asked = new Set((parameters as { name: string }[]).map((parameter) => parameter.name));
      for (const [status, { headers = {} }] of Object.entries(responses)) {
        if (!/^20[01]$/.test(status)) continue;
        const where = `${name} ${status}`;
        expect('Link' in headers, where).toBe(asked.has('cursor'));
        expect('Idempotency-Replayed' in headers, where).toBe(asked.has('Idempotency-Key'));
        if (asked.has('If-Match') || asked.has('If-None-Match')) {
          expect(headers, where).toHaveProperty('ETag');
        }
      }
    }
  });

  it('links a created resource to its operations', async () => {
    const { paths } = await document();
    const ids = (await operations()).map(([, { operationId }]) => operationId);
    const creations = [
      '/projects',
      '/projects/{id}/releases',
      '/releases/{id}/evidence',
      '/waivers',
      '/tokens',
      '/issuers',
    ];
    for (const path of creations) {
      const { links } = paths[path].post.responses[201];
      expect(Object.keys(links).length, path).toBeGreaterThan(1);
      for (const { operationId, parameters } of Object.values<Record<string, unknown>>(links)) {
        expect(ids).toContain(operationId);
        expect(parameters).toEqual({ id: '$response.body#/id' });
      }
    }
  });

  it('requires no token with AUTH_MODE=none', async () => {
    const { paths, components } = (await open.app.inject('/openapi.json')).json();
    expect(components.securitySchemes).toBeUndefined();
    expect(JSON.stringify(paths)).not.toContain('"security":');
    expect(Object.keys(paths['/projects'].get.responses)).not.toContain('401');
  });

  it('does not require values that have a default', async () => {
    const { components } = await document();
    for (const [name, { parameters = [] }] of await operations()) {
      for (const parameter of parameters as { in: string; required?: boolean; schema: object }[]) {
        if (!('default' in parameter.schema)) continue;
        expect(parameter.required ?? false, `${name} ${JSON.stringify(parameter)}`).toBe(false);
      }
    }
    expect(components.schemas.CreateProject.required).toEqual(['name']);
    expect(components.schemas.CreateRelease.required).toEqual(['version', 'commit']);
    expect(components.schemas.CreateArtifact.required).toEqual(['name', 'kind', 'sha256']);
    expect(components.schemas.CreateToken.required).toEqual(['name', 'subject', 'scopes']);
  });

  it('defines every schema that it references exactly once', async () => {
    const { components } = await document();
    const text = JSON.stringify(await document());
    const used = new Set(
      [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, n]) => n),
    );
    expect(Object.keys(components.schemas).sort()).toEqual([...used].sort());
    for (const name of used) expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
  });

  it('has examples that its own schemas accept', async () => {
    const { components } = await document();
    for (const name of ['CreateProject', 'UpdateProject']) {
      for (const example of components.schemas[name].examples) {
        await createProject(open.app, { name: 'A', ...example });
      }
    }
    const { id } = await createRelease(open.app, {
      projectId: 1,
      ...components.schemas.CreateRelease.examples[0],
    });
    const calls = [
      ['PUT', '/projects/1/releases/2.0.0', 'PutRelease', 201],
      ['PATCH', `/releases/${id}`, 'UpdateRelease', 200],
      ['POST', `/releases/${id}/artifacts`, 'CreateArtifact', 201],
      ['POST', `/releases/${id}/revoke`, 'RevokeRelease', 200],
    ] as const;
    for (const [method, url, name, status] of calls) {
      for (const payload of components.schemas[name].examples) {
        const answer = await open.app.inject({ method, url, payload });
        expect(answer.statusCode, `${name}: ${answer.body}`).toBe(status);
      }
    }
  });

  it('equals docs/openapi.json, except for the version', async () => {
    const file = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
    const live = await document();
    const committed = JSON.parse(file);
    expect({ ...live, info: { ...live.info, version: committed.info.version } }).toEqual(committed);
  });
});

describe('schemas', () => {
  it('are valid JSON Schema, which the server does not check at start', () => {
    const ajv = new Ajv({
      strict: true,
      allErrors: true,
      keywords: ['x-trim', 'x-rule', 'x-project-id', 'discriminator'],
    });
    addFormats.default(ajv);
    for (const schema of Object.values(context.app.getSchemas())) {
      expect(ajv.validateSchema(schema as object), ajv.errorsText()).toBe(true);
      ajv.addSchema(schema as object);
    }
    for (const [id] of Object.entries(context.app.getSchemas()))
      expect(ajv.getSchema(id)).toBeTruthy();
  });

  it('have ids that are unique in the whole application', async () => {
    const ids: unknown[] = [];
    for (const schema of Object.values(context.app.getSchemas())) {
      ids.push((schema as { $id?: unknown }).$id);
    }
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('/docs', () => {
  it('serves Swagger UI without external resources', async () => {
    const page = await context.app.inject('/docs');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toMatch(/text\/html/);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      expect((await context.app.inject(link)).statusCode, link).toBe(200);
    }
    const { body } = await context.app.inject('/docs/static/swagger-initializer.js');
    expect(body).toContain('"validatorUrl":null');
    expect(body).toContain('"filter":true');
    expect(body).toContain('"docExpansion":"none"');
    expect(links).toContain('/docs/static/theme/open-groups.js');
  });
});
