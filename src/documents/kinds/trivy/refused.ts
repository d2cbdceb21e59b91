import { DocumentFault } from '../../fault.js';

const has = (document: object, ...names: string[]) =>
  names.every((name) => Object.hasOwn(document, name));

const ASK = 'Upload a report of `trivy … --format json`';

const RESOURCE =
  'is a resource of the Trivy Operator. Upload a report of `trivy k8s --report all --format json`';

const isResource = ({ apiVersion }: { readonly apiVersion?: unknown }) =>
  typeof apiVersion === 'string' && apiVersion.startsWith('aquasecurity.github.io/');

/** Other outputs of Trivy. Each message continues "the document …". */
export function otherOutput(document: unknown): string | undefined {
  if (Array.isArray(document)) {
    const first: Record<string, unknown> = Object(document[0]);
    if (isResource(first)) return RESOURCE;
    return typeof first.Target === 'string' && (has(first, 'Vulnerabilities') || has(first, 'Type'))
      ? 'is a report of Trivy before 0.20. Scan with a newer version of Trivy, and upload its report'
      : undefined;
  }
  const top: Record<string, unknown> = Object(document);
  if (typeof Object(Object(top.scanner).result).SchemaVersion === 'number')
    return `is a report of Trivy for cosign (--format cosign-vuln). ${ASK}`;
  if (isResource(top) || (Array.isArray(top.items) && isResource(Object(top.items[0]))))
    return RESOURCE;
  if (typeof top.ID !== 'string' || typeof top.Title !== 'string') return undefined;
  return Array.isArray(top.SummaryControls) || has(top, 'RelatedResources', 'Results')
    ? `is a compliance report of Trivy. ${ASK}, without --compliance`
    : undefined;
}

/** @throws {DocumentFault} for another output of Trivy than its reports */
export function refuseOtherOutput(document: unknown): void {
  const message = otherOutput(document);
  if (message) throw new DocumentFault(message);
}
