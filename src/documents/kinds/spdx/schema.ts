import { type Static, Type } from '@sinclair/typebox';
import { checker } from '../common/check.js';
import { anyShape, optionalList, optionalObject } from '../common/optional.js';

/** What is `unknown` here is read as far as it is understood. */
const anything = Type.Optional(Type.Unknown());

const Package = Type.Object({
  SPDXID: anything,
  name: Type.String(),
  versionInfo: anything,
  externalRefs: anyShape({ referenceCategory: {}, referenceType: {}, referenceLocator: {} }),
  checksums: anything,
  licenseConcluded: anything,
  licenseDeclared: anything,
  licenseInfoFromFiles: anything,
  hasFiles: anything,
  primaryPackagePurpose: anything,
  annotations: anything,
  attributionTexts: anything,
});

export type SpdxPackage = Static<typeof Package>;

const Document = Type.Object({
  SPDXID: anything,
  spdxVersion: Type.String(),
  creationInfo: optionalObject({ created: anything, creators: anything }),
  documentDescribes: anything,
  packages: optionalList(Package),
  relationships: anything,
  hasExtractedLicensingInfos: anyShape({
    licenseId: {},
    name: {},
    extractedText: {},
    seeAlsos: {},
  }),
  files: anyShape({ SPDXID: {}, licenseConcluded: {}, licenseInfoInFiles: {} }),
});

export type SpdxDocument = Static<typeof Document>;

/** The fields that the parser reads (clauses 6, 7 and 11 of the specification). */
export const check = checker(Document);
