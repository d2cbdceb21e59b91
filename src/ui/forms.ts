import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseQuery } from '../platform/query-string.js';
import { isSameToken } from '../security/authentication/sessions.js';
import { AppError, invalid } from '../shared/app-error.js';
import { isStorable, NOT_STORABLE } from '../shared/text.js';

/** Largest form in bytes. The longest text has 2000 characters. */
export const MAX_FORM = 65_536;

export type Form = Readonly<Record<string, string>>;

/** Reads `application/x-www-form-urlencoded`. Of a name that comes twice, the first value counts. */
function formOf(text: string): Form {
  const fields = Object.entries(parseQuery(text)).map(([name, value]) => {
    const [first = ''] = [value].flat().map(String);
    // Browsers send each line break of a text as CR LF.
    return [name, first.replaceAll('\r\n', '\n')] as const;
  });
  return Object.fromEntries(fields);
}

/** Registers the parser of forms. */
export function formParser(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MAX_FORM },
    (_request, body, done) => done(null, formOf(String(body))),
  );
}

/**
 * The fields of a form that a page of this session has sent.
 * @throws {AppError} `identity-required` without a session, `anti-forgery-required`, `validation-failed`
 */
export function requireForm({ body, session }: FastifyRequest): Form {
  if (!session) {
    const detail = 'Only a person who signed in can send a form. A program calls the API';
    throw new AppError('identity-required', detail);
  }
  const form = (body ?? {}) as Form;
  if (!isSameToken(String(form.antiForgery ?? ''), session.antiForgeryToken)) {
    throw new AppError(
      'anti-forgery-required',
      'The form is not of this session. Open the page again and repeat the entry',
    );
  }
  const faults = Object.entries(form).filter(([, value]) => !isStorable(value));
  if (faults.length > 0) {
    const message = NOT_STORABLE;
    throw invalid(faults.map(([name]) => ({ in: 'body', pointer: `/${name}`, message })));
  }
  return form;
}

/** Reads a form that was refused before its body was parsed. */
async function readLate(raw: IncomingMessage): Promise<Form> {
  const isForm = /^application\/x-www-form-urlencoded/i.test(raw.headers['content-type'] ?? '');
  if (!isForm || raw.complete || raw.readableEnded || raw.destroyed) return {};
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FORM) return {};
    chunks.push(chunk);
  }
  return formOf(Buffer.concat(chunks).toString('utf8'));
}

/** Fields into which people type. A field that is not here, such as that of a token, is never shown again. */
const TYPED = ['reason', 'finding', 'actions', 'minutes'] as const;

/** What a person typed into a form, in the order of its fields. */
export type Typed = readonly (readonly [name: (typeof TYPED)[number], text: string])[];

/** What a person typed into a form that was refused, so that it is not lost. */
export async function typedOf({ method, body, raw }: FastifyRequest): Promise<Typed> {
  if (method !== 'POST') return [];
  const form = (body as Form | undefined) ?? (await readLate(raw));
  return TYPED.map((name) => [name, form[name] ?? ''] as const).filter(([, text]) => text !== '');
}
