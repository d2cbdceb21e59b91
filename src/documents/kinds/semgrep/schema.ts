import { type Static, Type } from '@sinclair/typebox';
import { checker } from '../common/check.js';
import { optionalList, optionalNumber, optionalObject, optionalText } from '../common/optional.js';

/** The fields of Semgrep's JSON output that the parser reads (`cli_output` of its interface, version 1). */

/** A field that may have any shape. */
const unknown = Type.Optional(Type.Unknown());

const Result = Type.Object({
  check_id: Type.String(),
  path: optionalText,
  start: optionalObject({ line: optionalNumber }),
  extra: optionalObject({
    message: optionalText,
    severity: optionalText,
    lines: optionalText,
    fingerprint: optionalText,
    is_ignored: unknown,
    metadata: unknown,
    metavars: unknown,
    sca_info: unknown,
    validation_state: unknown,
  }),
});

const ErrorEntry = Type.Object({
  level: optionalText,
  type: unknown,
  message: optionalText,
  short_msg: optionalText,
  path: optionalText,
  rule_id: optionalText,
});

export const check = checker(
  Type.Object({
    version: optionalText,
    results: Type.Array(Result),
    errors: optionalList(ErrorEntry),
    paths: optionalObject({ scanned: optionalList(Type.String()), skipped: unknown }),
    skipped_rules: unknown,
    time: unknown,
  }),
);

export type Result = Static<typeof Result>;
export type ErrorEntry = Static<typeof ErrorEntry>;
export type Report = ReturnType<typeof check>;
