import type { Note } from '../../kind.js';
import { localName, type XmlElement } from '../../xml-element.js';
import { lineOfEnd } from '../junit/interrupted.js';
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
  /** Something of the whole run that is not known, or that a run which ended does not have. Continues "its ". */
  readonly odd: string | undefined;
  /** Whether the report has its end. */
  readonly complete: boolean;
  readonly warnings: readonly Note[];
}

/** Warnings that say nothing about whether tests ran: names that xUnit.net repeats, and collectors of data. */
const HARMLESS = /^\[xUnit|data ?collector|code coverage/i;

const textOf = (info: XmlElement) => {
  const [text] = find(info, 'Text');
  return (text?.text ?? '').replace(/\s+/g, ' ').trim().slice(0, 150);
};

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
  return line && `output has the line ${JSON.stringify(line)}, as after a run that did not end`;
}

function oddIn(root: XmlElement, summary: XmlElement | undefined): string | undefined {
  const attribute =
    unknownAttribute(root, OF_RUN) ?? (summary && unknownAttribute(summary, OF_RUN));
  return attribute ? `attribute ${attribute} is not known` : summary && printed(summary);
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
        .filter(({ attributes }) => attributes.get('outcome') === 'Warning')
        .map(textOf)
        .find((text) => !HARMLESS.test(text)) ??
      (outcome === 'Warning' && infos.length === 0 ? 'its outcome is Warning' : undefined),
    other: summary && otherThan(summary, PARTS),
    odd: oddIn(root, summary),
    complete: summary !== undefined,
    warnings: infos
      .filter((info) => info !== error && !isError(info))
      .map((info) => ({ message: textOf(info) })),
  };
}
