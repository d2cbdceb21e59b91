import { mentionedIn } from '../common/licence-mentions.js';
import { objectsOf, textOf, textsOf } from '../common/texts.js';
import type { SpdxDocument } from './schema.js';

/** SPDX ids that the document mentions as the meaning of its own licences, by their ids in lower case (clause 10). */
export function licenceRefs({
  hasExtractedLicensingInfos,
}: SpdxDocument): ReadonlyMap<string, readonly string[]> {
  const byId = new Map<string, string[]>();
  for (const { licenseId, name, extractedText, seeAlsos } of objectsOf(
    hasExtractedLicensingInfos,
  )) {
    const id = textOf(licenseId)?.toLowerCase() ?? '';
    const labels = [textOf(name), textOf(seeAlsos), ...textsOf(seeAlsos)];
    const mentioned = mentionedIn(labels, textOf(extractedText) ?? '');
    byId.set(id, [...new Set([...(byId.get(id) ?? []), ...mentioned])]);
  }
  return byId;
}
