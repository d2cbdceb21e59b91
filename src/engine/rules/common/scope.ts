import { defaulted, stringEnum } from '../../../contract/schemas.js';
import { SCOPES } from './evidence.js';

/** The parameter `scope` of rules that ask for a scan, for tests or for an SBOM. */
export const scopeParameter = defaulted(
  stringEnum(SCOPES, {
    default: 'release',
    description: [
      'release: evidence for the release is enough. artifacts: each artifact must be covered, if the release has any:',
      'by evidence that was uploaded for it, or that names its digest. Evidence about the whole release covers each',
      'artifact for tests, code and SBOMs, and else only the single artifact of a release. An image needs a scan of an image',
    ].join(' '),
  }),
);
