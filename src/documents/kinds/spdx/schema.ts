import { type Static, Type } from '@sinclair/typebox';
import { checker } from '../common/check.js';
import { optionalList, optionalObject, optionalText } from '../common/optional.js';

const ExternalRef = Type.Object({
  referenceType: optionalText,
  referenceLocator: optionalText,
});

const Package = Type.Object({
  SPDXID: Type.String(),
  name: Type.String(),
  versionInfo: optionalText,
  externalRefs: optionalList(ExternalRef),
  licenseConcluded: optionalText,
  licenseDeclared: optionalText,
  primaryPackagePurpose: optionalText,
});

export type SpdxPackage = Static<typeof Package>;

const Relationship = Type.Object({
  spdxElementId: optionalText,
  relatedSpdxElement: optionalText,
  relationshipType: optionalText,
});

const Document = Type.Object({
  SPDXID: Type.String(),
  spdxVersion: Type.String(),
  name: Type.String(),
  creationInfo: optionalObject({ creators: optionalList(Type.String()) }),
  documentDescribes: optionalList(Type.String()),
  packages: optionalList(Package),
  relationships: optionalList(Relationship),
});

export type SpdxDocument = Static<typeof Document>;

/** The fields that the parser reads (clauses 6, 7 and 11 of the specification). */
export const check = checker(Document);
