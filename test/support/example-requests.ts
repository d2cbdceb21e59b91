import type { InjectOptions } from 'fastify';

interface Schema {
  $ref?: string;
  type?: string;
  default?: unknown;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  xml?: { name?: string; attribute?: boolean };
}

interface Media {
  schema: Schema;
  examples?: Record<string, { value: unknown }>;
}

interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  example?: unknown;
  schema: Schema;
}

export interface DescribedOperation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, Schema> };
}

/** A request that Swagger UI sends if the reader does not change the form. */
export interface ExampleRequest {
  readonly name: string;
  readonly operation: DescribedOperation;
  readonly request: InjectOptions & { url: string };
}

/** Writes XML for a schema, as Swagger UI does. */
function xmlOf(schema: Schema, name: string): string {
  if (schema.type === 'array') return xmlOf(schema.items ?? {}, name);
  if (schema.type !== 'object') return `<${name}>${schema.examples?.[0] ?? ''}</${name}>`;
  const children = Object.entries(schema.properties ?? {});
  const escaped = (value: unknown) => String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const attributes = children
    .filter(([, { xml }]) => xml?.attribute)
    .map(([key, { examples }]) => ` ${key}="${escaped(examples?.[0])}"`);
  const elements = children
    .filter(([, { xml }]) => !xml?.attribute)
    .map(([key, child]) => xmlOf(child, key));
  return `<${name}${attributes.join('')}>${elements.join('')}</${name}>`;
}

/** The bodies that the page offers: media type, name and text. */
function bodiesOf({ components }: ApiDocument, { requestBody }: DescribedOperation) {
  return Object.entries(requestBody?.content ?? {}).flatMap(([type, { schema, examples }]) => {
    if (type.endsWith('xml')) {
      return [{ type, name: type, payload: xmlOf(schema, schema.xml?.name ?? '') }];
    }
    const named = components.schemas[schema.$ref?.split('/').at(-1) ?? ''];
    const values = examples
      ? Object.entries(examples).map(([key, { value }]): [string, unknown] => [key, value])
      : (named?.examples ?? []).map((value, i): [string, unknown] => [String(i), value]);
    return values.map(([key, value]) => {
      // The page shows a text of another media type as it is.
      const isText = typeof value === 'string' && !/[/+]json$/.test(type);
      return { type, name: `${type} ${key}`, payload: isText ? value : JSON.stringify(value) };
    });
  });
}

/** All requests that the page can send unchanged: one for each operation and each of its bodies. */
export function exampleRequests(document: ApiDocument): ExampleRequest[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const parameters = (operation.parameters ?? []).flatMap((parameter) => {
        const value = parameter.example ?? parameter.schema.default;
        return value === undefined ? [] : [{ ...parameter, value: String(value) }];
      });
      const url = path.replace(/\{(\w+)\}/g, (_match, name: string) => {
        const value =
          parameters.find((parameter) => parameter.in === 'path' && parameter.name === name)
            ?.value ?? '';
        return encodeURIComponent(value);
      });
      const query = Object.fromEntries(
        parameters
          .filter((parameter) => parameter.in === 'query')
          .map(({ name, value }) => [name, value]),
      );
      const base = { method: method.toUpperCase() as 'GET', url, query };
      const label = `${base.method} ${path}`;
      const bodies = bodiesOf(document, operation);
      if (bodies.length === 0) return [{ name: label, operation, request: base }];
      return bodies.map(({ type, name, payload }) => ({
        name: `${label} ${name}`,
        operation,
        request: { ...base, payload, headers: { 'content-type': type } },
      }));
    }),
  );
}
