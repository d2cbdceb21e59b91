import { type Static, Type } from '@sinclair/typebox';
import { checker } from '../common/check.js';
import {
  anyShape,
  mapOf,
  optionalList,
  optionalNumber,
  optionalObject,
  optionalText,
} from '../common/optional.js';

/** The fields of SARIF 2.1.0 that the parser reads. Numbers are sections of the specification. */

/** A field that may have any shape. */
const unknown = Type.Optional(Type.Unknown());

const text = { text: optionalText };

/** 3.11 */
const message = { ...text, id: optionalText, arguments: optionalList(Type.String()) };

type MessageStrings = Record<string, { text?: string | null }>;
const messageStrings = { ...mapOf(Type.Object(text)), type: ['object', 'null'] };

/** 3.49. The tool defines the shape of `properties`. */
const Rule = Type.Object({
  id: optionalText,
  guid: optionalText,
  name: optionalText,
  shortDescription: optionalObject(text),
  fullDescription: unknown,
  help: unknown,
  deprecatedIds: unknown,
  messageStrings: Type.Optional(Type.Unsafe<MessageStrings | null>(messageStrings)),
  defaultConfiguration: optionalObject({ level: optionalText, enabled: unknown }),
  helpUri: optionalText,
  relationships: unknown,
  properties: unknown,
});

/** 3.19: a tool component, such as the driver or an extension. */
const component = {
  name: Type.String(),
  fullName: optionalText,
  informationUri: unknown,
  guid: optionalText,
  version: optionalText,
  semanticVersion: optionalText,
  rules: optionalList(Rule),
  notifications: unknown,
  properties: unknown,
};

const artifactLocation = { uri: optionalText, index: optionalNumber };

/** 3.30 */
const region = {
  startLine: optionalNumber,
  endLine: optionalNumber,
  snippet: optionalObject(text),
};

/** 3.28 */
const Location = Type.Object({
  physicalLocation: optionalObject({
    artifactLocation: optionalObject(artifactLocation),
    region: optionalObject(region),
    contextRegion: optionalObject(region),
  }),
  logicalLocations: unknown,
});

/** 3.35 */
const Suppression = Type.Object({
  kind: optionalText,
  status: optionalText,
  justification: optionalText,
});

/** 3.27 */
const Result = Type.Object({
  ruleId: optionalText,
  ruleIndex: optionalNumber,
  rule: optionalObject({
    id: optionalText,
    guid: optionalText,
    index: optionalNumber,
    toolComponent: optionalObject({
      name: optionalText,
      index: optionalNumber,
      guid: optionalText,
    }),
  }),
  kind: optionalText,
  level: optionalText,
  message: optionalObject(message),
  locations: optionalList(Location),
  relatedLocations: unknown,
  taxa: unknown,
  fingerprints: unknown,
  partialFingerprints: unknown,
  suppressions: optionalList(Suppression),
  baselineState: optionalText,
  provenance: unknown,
  properties: unknown,
});

/** 3.58 */
const notification = { message: {}, level: {}, exception: {}, descriptor: {} };

/** 3.20 */
const invocation = {
  executionSuccessful: {},
  exitCode: {},
  exitCodeDescription: {},
  exitSignalName: {},
  exitSignalNumber: {},
  processStartFailureMessage: {},
  startTimeUtc: {},
  endTimeUtc: {},
  toolExecutionNotifications: anyShape(notification),
  toolConfigurationNotifications: anyShape(notification),
  ruleConfigurationOverrides: {},
};

/** 3.14 */
const Run = Type.Object({
  tool: Type.Object({
    driver: Type.Object(component),
    extensions: optionalList(Type.Object({ ...component, name: optionalText })),
  }),
  artifacts: optionalList(
    Type.Object({ location: optionalObject({ uri: optionalText }), roles: unknown }),
  ),
  results: optionalList(Result),
  invocations: anyShape(invocation),
  conversion: anyShape({ invocation: { properties: invocation } }),
  automationDetails: unknown,
  versionControlProvenance: unknown,
  originalUriBaseIds: unknown,
  externalPropertyFileReferences: anyShape({ results: {} }),
  properties: unknown,
});

/** 3.13. `runs` is null if the producer failed to fill it (3.13.4). */
export const check = checker(
  Type.Object({
    version: Type.Literal('2.1.0'),
    runs: Type.Unsafe<Static<typeof Run>[] | null>({ type: ['array', 'null'], items: Run }),
    inlineExternalProperties: anyShape({ results: {} }),
  }),
);

export type Rule = Static<typeof Rule>;
export type Result = Static<typeof Result>;
export type Suppression = Static<typeof Suppression>;
export type Run = Static<typeof Run>;
