import { ruleNamed } from '../rules/index.js';

/** What a waiver can be about. A tool can have a rule with the name of a rule of policies. */
export const WAIVER_ABOUT = ['policy-rule', 'finding'] as const;

export type WaiverAbout = (typeof WAIVER_ABOUT)[number];

interface Subject {
  readonly rule: string;
  readonly purl: string | null;
  /** Null or absent: not said. */
  readonly about?: WaiverAbout | string | null | undefined;
}

/** What the waiver is about. If it does not say so: a rule of policies if that has the name, else a finding. */
export function aboutOf({ rule, purl, about }: Subject): WaiverAbout {
  const said = WAIVER_ABOUT.find((one) => one === about);
  return said ?? (purl === null && ruleNamed(rule) ? 'policy-rule' : 'finding');
}
