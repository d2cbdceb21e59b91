import { DocumentFault } from '../../fault.js';
import { isObject } from '../common/texts.js';

/** Whether a document is a report of npm 6, pnpm, or of Yarn 2 or 3. */
export function isOld(document: unknown): boolean {
  const top: Record<string, unknown> = Object(document);
  return isObject(top.advisories) && isObject(top.metadata);
}

const AUDIT = 'Upload the output of npm audit --json';

const YARN = 'Send the report of a scanner that reads yarn.lock';

/** What npm and pnpm write instead of a report. */
function errorOf({ error, message, uri, method }: Record<string, unknown>): string | undefined {
  const { code, summary, message: text }: Record<string, unknown> = Object(error);
  if (typeof code === 'string' && code.startsWith('ERR_PNPM_')) return `pnpm: ${text ?? code}`;
  if (typeof summary === 'string' && (code === undefined || /^E[A-Z0-9]+$/.test(String(code))))
    return `npm: ${summary || (typeof message === 'string' && message) || code || 'without a message'}`;
  const isAnswer = typeof uri === 'string' && typeof method === 'string';
  return typeof message === 'string' && isAnswer ? `npm: ${message}` : undefined;
}

const errorMessage = (text: string) =>
  `is an error and not a report (${text.slice(0, 200)}). Correct it, and run the audit again`;

/** Other outputs of npm, pnpm and Yarn. Each message continues "the document …". */
export function otherOutput(document: unknown): string | undefined {
  if (!isObject(document) || isOld(document)) return undefined;
  const { auditReportVersion, type, data, value, children } = document;
  const error = errorOf(document);
  if (error !== undefined) return errorMessage(error);
  if (auditReportVersion !== undefined) return undefined;
  if (typeof type === 'string' && /^audit(?:Summary|Advisory|Action)$/.test(type) && isObject(data))
    return `is output of Yarn 1 (yarn audit --json), which is not read. ${YARN}`;
  if (typeof value === 'string' && Object.hasOwn(Object(children), 'Vulnerable Versions'))
    return `is output of Yarn 4 (yarn npm audit --json), which is not read. ${YARN}`;
  return otherCommand(document);
}

/** Other commands of npm, and of Bun. */
function otherCommand(document: Record<string, unknown>): string | undefined {
  const { audit, invalid, missing } = document;
  if (typeof Object(audit).auditReportVersion === 'number')
    return `is output of npm install or npm audit fix. ${AUDIT}`;
  if (Array.isArray(invalid) && Array.isArray(missing))
    return `is output of npm audit signatures, which looks for no vulnerability. ${AUDIT}`;
  const [first] = Object.values(document);
  const [advisory] = Array.isArray(first) ? first : [];
  return typeof Object(advisory).vulnerable_versions === 'string'
    ? 'is output of bun audit --json, which is not read. Use another scanner on bun.lock, and upload its report'
    : undefined;
}

/** Errors that are npm's only if the uploader says so: other programs write the same. */
function namedError({ error, message }: Record<string, unknown>): string | undefined {
  const text = typeof message === 'string' ? message : Object(error).message;
  return typeof text === 'string' && text !== '' ? errorMessage(text) : undefined;
}

/** @throws {DocumentFault} for another output than a report */
export function refuseOtherOutput(document: unknown): void {
  if (isOld(document) && Object(document).vulnerabilities != null)
    throw new DocumentFault(`has the lists of npm 6 and of npm 7, so it was changed. ${AUDIT}`);
  const isReport = isOld(document) || Object(document).auditReportVersion !== undefined;
  const message = otherOutput(document) ?? (isReport ? undefined : namedError(Object(document)));
  if (message) throw new DocumentFault(message);
}
