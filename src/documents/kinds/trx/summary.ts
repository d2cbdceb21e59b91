import type { Note } from '../../kind.js';
import { localName, type XmlElement } from '../../xml-element.js';
import { AFTER_LINE, lineOfEnd } from '../junit/interrupted.js';
import { OF_RUN, unknownAttribute } from './attributes.js';
import { type Counters, countersOf } from './counters.js';
import { find, otherThan } from './elements.js';

/** Outcomes of a run that came to its end. `Failed` also stands for a run that could not begin. */
const ENDED = ['Completed', 'Passed', 'Failed', 'Warning', 'Inconclusive', 'NotExecuted'];

/** A process that ended before its tests, also in messages of a lower level. */
const CRASH =
  /\b(?:run|host|testhost|process|worker)\b.{0,80}\b(?:abort(?:ed|ing)?|crash(?:ed)?|terminated|killed|exited unexpectedly)\b|stack overflow/i;

/** What a report says about the whole run. */
export interface RunSummary {
  readonly counters: Counters;
  /** Why the run does not count, if it reports that it failed. */
  readonly fault: string | undefined;
  /** The run did not come to its end. */
  readonly aborted: boolean;
  /** The run failed, but does not say that it was a test. */
  readonly failed: boolean;
  /** A warning that may say that tests did not run. */
  readonly warned: string | undefined;
  /** An element of the summary that is not known. */
  readonly other: string | undefined;
  /** What of the whole run is not known, or is not in a run that ended, and what to do about it. Continues "its ". */
  readonly odd: string | undefined;
  /** Whether the report has its end. */
  readonly complete: boolean;
  readonly warnings: readonly Note[];
}

/** Warnings that say nothing about whether tests ran, word for word. Any other may tell of tests that did not. */
const HARMLESS = new RegExp(
  [
    // xUnit.net: a test that was skipped, and one that is found twice
    /^\[xUnit\.net(?: [\d:.]{1,20})?\] (?:.{1,1000} \[SKIP\]|(?:[^:]{1,200}: )?Skipping test case with duplicate ID .*)$/,
    // Collectors that have no data about the coverage of code
    /^Data collector '(?:XPlat )?Code Coverage' message: (?:No code coverage data available\b.*|\[?coverlet\]?.*)$/i,
    /^No code coverage data available\b/i,
    /^(?:Could not|Unable to) find (?:a )?data ?collector (?:with friendly name )?'(?:XPlat )?Code Coverage'/i,
    /^Data collector 'Blame' message: All tests finished running, Sequence file will not be generated\.?$/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

/** Longer texts of the run are cut before they are read. */
const MAX_TEXT = 2000;

const fullTextOf = (info: XmlElement) => {
  const [text] = find(info, 'Text');
  return (text?.text ?? '').slice(0, MAX_TEXT).replace(/\s+/g, ' ').trim();
};
const textOf = (info: XmlElement) => fullTextOf(info).slice(0, 150);

const isHarmless = (info: XmlElement) => HARMLESS.test(fullTextOf(info));

/** What Visual Studio writes into a summary. */
const PARTS = [
  ...['counters', 'runinfos', 'output', 'resultfiles', 'collectordataentries'],
  ...['standardoutput', 'errorinfo', 'stdout', 'stderr'],
];

/** What the whole run printed. Results have outputs of their own. */
function printed(summary: XmlElement): string | undefined {
  const outputs = [summary, ...find(summary, 'Output')].flatMap(({ children }) =>
    children.filter((child) => /^std(?:out|err)$|^standardoutput$/i.test(localName(child))),
  );
  const line = outputs.map(({ text }) => lineOfEnd(text)).find(Boolean);
  return (
    line &&
    `output has the line ${JSON.stringify(line)}, as after a run that did not end. ${AFTER_LINE}`
  );
}

function oddIn(root: XmlElement, summary: XmlElement | undefined): string | undefined {
  const attribute =
    unknownAttribute(root, OF_RUN) ?? (summary && unknownAttribute(summary, OF_RUN));
  return attribute
    ? `attribute ${attribute} is not known. Run the tests again`
    : summary && printed(summary);
}

export function summaryOf(root: XmlElement): RunSummary {
  const [summary, another] = find(root, 'ResultSummary');
  const counters = find(root, 'ResultSummary', 'Counters');
  const infos = [
    ...find(root, 'ResultSummary', 'RunInfos', 'RunInfo'),
    ...find(root, 'RunInfos', 'RunInfo'),
  ];
  const isError = ({ attributes }: XmlElement) =>
    !/^(?:Warning|Passed|Completed)$/.test(attributes.get('outcome') ?? '');
  // xUnit.net repeats the names of tests.
  const crash = infos.map(textOf).findIndex((text) => CRASH.test(text) && !/^\[xUnit/.test(text));
  const error = infos[crash] ?? infos.find(isError);
  const outcome = summary?.attributes.get('outcome') ?? '';
  const ended = summary === undefined || ENDED.includes(outcome);
  return {
    counters: countersOf(counters),
    fault:
      another || counters.length > 1
        ? 'the report has several summaries'
        : ended
          ? error && `the run reports an error: ${textOf(error)}`
          : `the outcome of the run is ${outcome.slice(0, 50) || 'missing'}`,
    aborted: !ended || crash >= 0,
    failed: outcome === 'Failed' || error !== undefined,
    // Warnings have the language of the machine, so none but those that are known is harmless.
    warned:
      infos
        .filter((info) => info.attributes.get('outcome') === 'Warning' && !isHarmless(info))
        .map(textOf)[0] ??
      (outcome === 'Warning' && infos.length === 0 ? 'its outcome is Warning' : undefined),
    other: summary && otherThan(summary, PARTS),
    odd: oddIn(root, summary),
    complete: summary !== undefined,
    warnings: infos
      .filter((info) => info !== error && !isError(info))
      .map((info) => ({ message: textOf(info) })),
  };
}
