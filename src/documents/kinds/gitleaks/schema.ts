import { type Static, Type } from '@sinclair/typebox';
import { checker } from '../common/check.js';
import { optionalList, optionalNumber, optionalText } from '../common/optional.js';

/** Reports of Gitleaks 8: the type `Finding` of its package `report`. */
const Leak = Type.Object({
  RuleID: Type.String(),
  Description: optionalText,
  File: optionalText,
  StartLine: optionalNumber,
  StartColumn: optionalNumber,
  Secret: optionalText,
  Match: optionalText,
  Commit: optionalText,
  Date: optionalText,
  Link: optionalText,
  Tags: optionalList(Type.String()),
  Fingerprint: optionalText,
});

export type Leak = Static<typeof Leak>;

/** Gitleaks writes `null` or an empty list if it found nothing. */
export const check = checker(Type.Unsafe<Leak[] | null>({ type: ['array', 'null'], items: Leak }));
