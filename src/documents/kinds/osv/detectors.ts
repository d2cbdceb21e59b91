import { SEVERITIES, type Severity } from '../../../vocabulary/severity.js';
import type { Finding } from '../../kind.js';
import { misconfigurationFingerprints } from '../common/fingerprint.js';
import { isObject, objectsOf, textOf } from '../common/texts.js';
import type { Report } from './schema.js';

/** The numbers that OSV-Scanner writes, from 0 to 5. */
const BY_NUMBER: readonly Severity[] = ['unknown', 'none', 'low', 'medium', 'high', 'critical'];

function severityOf(value: unknown): Severity {
  if (typeof value === 'number') return BY_NUMBER[value] ?? 'unknown';
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  return SEVERITIES.find((known) => known === word) ?? 'unknown';
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsIn = (value: unknown): Fields => (isObject(value) ? value : {});

/** What detectors found, such as weak passwords in an image. They run only if the user enables them. */
export function detectedIn(report: Report, secretKey: Uint8Array): Finding[] {
  const fingerprintOf = misconfigurationFingerprints(secretKey);
  return objectsOf(report.experimental_generic_findings).map(({ Adv, Target, Plugins }) => {
    const advisory = fieldsIn(Adv);
    const id = fieldsIn(advisory.ID);
    const [plugin] = Array.isArray(Plugins) ? Plugins : [];
    const rule = textOf(id.Reference) ?? textOf(plugin) ?? 'unknown';
    const extra = textOf(fieldsIn(Target).Extra);
    const location = /^(\/\S{0,200}?):\s/.exec(extra ?? '')?.[1];
    const parts = [extra, textOf(advisory.Description), textOf(advisory.Recommendation)];
    return {
      type: 'misconfiguration',
      severity: severityOf(advisory.Sev),
      rule,
      title: textOf(advisory.Title),
      message: parts.filter(Boolean).join('. ') || undefined,
      location,
      fingerprint: fingerprintOf(rule, location ?? '', extra ?? '', extra ?? ''),
    };
  });
}
