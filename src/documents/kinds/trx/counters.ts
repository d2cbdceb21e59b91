import type { XmlElement } from '../../xml-element.js';

/** Counters of tests that did not end well. */
const BAD = [
  'failed',
  'error',
  'timeout',
  'aborted',
  'passedbutrunaborted',
  'notrunnable',
  'disconnected',
  'inprogress',
  'pending',
];
const READ = new Set(['total', 'executed', 'passed', 'warning', 'completed', ...BAD]);
/** Counters of tests that did not run, which their results show. */
const OTHERS = new Set(['notexecuted', 'inconclusive']);
/** Counters of outcomes that assess no test. */
const UNASSESSED = ['warning', 'completed'];

/** The counts of a summary. Of several elements with counters, the largest counts are taken. */
export interface Counters {
  /** Counted tests: at least as many as were executed, or as have an outcome. */
  readonly total: number;
  /** Undefined if the summary does not tell. */
  readonly executed: number | undefined;
  /** Tests that did not end well. */
  readonly bad: number;
  /** Tests with an outcome that assesses nothing. */
  readonly unassessed: number;
  /** A counter that is not a number, such as `failed="-1"`, or one that is not known. */
  readonly unclear: string | undefined;
}

export function countersOf(elements: readonly XmlElement[]): Counters {
  const counts = new Map<string, number>();
  let unclear: string | undefined;
  for (const { attributes } of elements) {
    for (const [name, value] of attributes) {
      const key = name.toLowerCase();
      const text = value.trim();
      if (OTHERS.has(key) || text === '' || /^xmlns\b/.test(key)) continue;
      if (!READ.has(key)) {
        if (!/^0+$/.test(text)) unclear ??= `${name.slice(0, 50)}="${text.slice(0, 50)}"`;
        continue;
      }
      if (/^\d{1,9}$/.test(text)) counts.set(key, Math.max(counts.get(key) ?? 0, Number(text)));
      else unclear ??= `${name}="${text.slice(0, 50)}"`;
    }
  }
  const count = (name: string) => counts.get(name) ?? 0;
  const bad = BAD.reduce((sum, name) => sum + count(name), 0);
  return {
    total: Math.max(count('total'), count('executed'), count('passed') + bad),
    executed: counts.get('executed'),
    bad,
    unassessed: UNASSESSED.reduce((sum, name) => sum + count(name), 0),
    unclear,
  };
}
