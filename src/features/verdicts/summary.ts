import type { DecidedVerdict } from './verdict.js';

const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text of strangers as a code span. There it is no markup, link, mention, image or command of a forge, whatever it
 * contains: the fence is longer than every run of backticks in it. `##` begins commands in the logs of some CI systems.
 */
export function codeSpan(text: string): string {
  const line = text
    .replaceAll(UNSAFE, ' ')
    .replaceAll(/#(?=#)/g, '# ')
    .trim();
  let fence = '`';
  while (line.includes(fence)) fence += '`';
  // A space on each side is not shown. It separates the fence from backticks.
  return `${fence} ${line || '(empty)'} ${fence}`;
}

/** What a summary says. `release.sh` writes the same from the answer of the gate. */
export interface Summarized {
  readonly version: string;
  readonly environment: string;
  readonly intent: 'ordinary' | 'rollback';
  readonly decision: 'allow' | 'deny';
  readonly reasons: readonly string[];
  readonly nextSteps: readonly string[];
  readonly overrides: readonly string[];
  readonly verdictId: DecidedVerdict['id'];
  readonly page: string | undefined;
}

const listed = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`**${title}**`, lines.map((line) => `- ${line}`).join('\n')];

/** The decision as Markdown, for the summary of a job or a comment of a merge request. */
export function summaryOf(summarized: Summarized): string {
  const { decision, intent, reasons, nextSteps, overrides, verdictId, page } = summarized;
  const may = decision === 'allow' ? 'may' : 'may not';
  const go = intent === 'rollback' ? 'go back' : 'go';
  const heading = decision === 'allow' ? '✅ Allowed' : '❌ Denied';
  const [version, environment] = [summarized.version, summarized.environment].map(codeSpan);
  const verdict = verdictId === null ? 'No verdict was stored' : `Verdict \`${verdictId}\``;
  return [
    `## ${heading}: ${version} ${may} ${go} to ${environment}`,
    ...listed('Reasons', reasons.map(codeSpan)),
    ...listed('A break-glass overrides', overrides.map(codeSpan)),
    ...listed('Next steps', nextSteps),
    `${verdict}${page === undefined ? '' : ` · [Page of the release](<${page}>)`}`,
  ]
    .join('\n\n')
    .concat('\n');
}
