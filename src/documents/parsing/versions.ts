import { counted } from '../../shared/text.js';
import { readPurl } from '../../vocabulary/purl.js';
import type { Finding, ParsedDocument } from '../kind.js';

/** Tools write the epoch of a distribution, and the `v` of Go, in one place and not in the other. */
const bare = (version: string) =>
  version
    .toLowerCase()
    .replace(/^\d+:/, '')
    .replace(/^(?:v|go)(?=\d)/, '');

/** The version in the package URL, if the document gives the package another one beside it. */
function otherVersionOf({ purl, packageVersion }: Finding): string | undefined {
  const version = readPurl(purl)?.version;
  if (version === undefined || !packageVersion) return undefined;
  return bare(version) === bare(packageVersion) ? undefined : version;
}

/** The package URL without version, qualifiers and subpath: none of them is sure. */
const unversioned = (purl: string | undefined) => {
  const [head] = (purl ?? '').split(/[?#]/, 1);
  return head?.replace(/@[^/@]*$/, '');
};

/**
 * Where a document gives one package two versions, nothing that names a version may excuse the finding: it could name
 * the wrong one. What is for all versions of the package applies.
 */
export function withoutOtherVersions(parsed: ParsedDocument): ParsedDocument {
  const { findings = [], contradictions = [] } = parsed;
  const others = findings.map(otherVersionOf);
  const first = others.findIndex((version) => version !== undefined);
  if (first < 0) return parsed;
  const one = findings[first];
  const count = others.filter((version) => version !== undefined).length;
  const message = [
    `${counted(count, 'finding')} of two versions of one package, such as ${one?.packageVersion} and ${others[first]}`,
    `in its package URL (${one?.rule}). No waiver or claim for a version covers them`,
  ].join(' ');
  return {
    ...parsed,
    findings: findings.map((finding, i) => {
      const { purl, packageVersion } = finding;
      if (others[i] === undefined) return finding;
      return {
        ...finding,
        purl: unversioned(purl),
        packageVersion: `${packageVersion} or ${others[i]}`,
      };
    }),
    contradictions: [...contradictions, { message }],
  };
}
