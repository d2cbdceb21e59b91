import type { Coverage } from '../../../vocabulary/coverage.js';
import type { FindingType } from '../../../vocabulary/finding-types.js';
import { type About, covered, failed, uncovered } from '../common/coverage.js';
import { aboutRun } from './about.js';
import { shorten } from './answers.js';
import type { State } from './ran.js';
import type { Run } from './schema.js';
import { isKnownTool, purposeOf } from './tools.js';

const USE_JSON =
  'its SARIF does not show what Trivy looked for. Upload its JSON (trivy --format json), or add ?scanners=vulnerability,secret';
const OSV_EMPTY =
  'OSV-Scanner writes the same SARIF if it found no package. Upload its JSON (--format json --all-packages), or add ?scanners=vulnerability';
/** Any program can write SARIF, so a name that is not known shows nothing. Its findings count. */
const unknownTool = (name: string, what: FindingType) =>
  [
    `the server does not know its tool ${JSON.stringify(shorten(name).slice(0, 50))}, nor what it looks for.`,
    `If it looked for all of this, upload it again with ?scanners=${what}`,
  ].join(' ');
const NOT_A_SCANNER = 'the tool found some by the way, but is not a scanner for them';

/** The document has no runs (3.13.4). */
export const NOTHING_RAN = [uncovered('code', 'the document has no runs', { lookedAt: 0 })];

const OF_TRIVY = ['vulnerability', 'secret'] as const;

/** Its SARIF lists only files with vulnerabilities. */
const OSV = /(?<![a-z])osv[-_ .]?scanner(?![a-z])/i;

/** What a tool looked for, and whether it looked for all of it. */
interface Sought {
  readonly what: FindingType;
  /** Why it is not known to have looked for all of it. */
  readonly doubt?: string;
}

/** @param found the types of the results, including those that passed */
function soughtBy(run: Run, found: ReadonlySet<FindingType>): Sought[] {
  const { tool } = run;
  const purpose = purposeOf(tool.driver.name);
  const isKnown = isKnownTool(tool.driver.name);
  if (purpose === 'mixed') {
    const unseen = OF_TRIVY.filter((what) => !found.has(what));
    if (!isKnown)
      return [...unseen, ...found].map((what) => ({
        what,
        doubt: unknownTool(tool.driver.name, what),
      }));
    return [
      ...[...found].sort().map((what) => ({ what })),
      ...unseen.map((what) => ({ what, doubt: USE_JSON })),
    ];
  }
  // A tool of an unknown name that reports nothing but entries of databases is a scanner for vulnerabilities. With
  // extensions it is a tool of another purpose, which may show what a scanner found.
  const isScanner = isOnly(found, 'vulnerability') && !tool.extensions?.length;
  const own = purpose === 'code' && isScanner ? 'vulnerability' : purpose;
  const others = [...found].sort().filter((what) => what !== own);
  if (OSV.test(tool.driver.name) && !found.has(own)) return [{ what: own, doubt: OSV_EMPTY }];
  if (!isKnown) {
    const all = [...new Set([own, ...others])];
    return all.map((what) => ({ what, doubt: unknownTool(tool.driver.name, what) }));
  }
  return [{ what: own }, ...others.map((what) => ({ what, doubt: NOT_A_SCANNER }))];
}

const isOnly = (found: ReadonlySet<FindingType>, type: FindingType) =>
  found.size === 1 && found.has(type);

function entryOf({ what, doubt }: Sought, { ran, reason, caveat }: State, about: About): Coverage {
  if (ran === 'failed') return failed(what, reason, about);
  if (ran === 'unknown') return uncovered(what, reason, about);
  return doubt
    ? uncovered(what, doubt, about)
    : covered(what, { ...about, ...(caveat && { caveat }) });
}

/** What a run covers. */
export function coverageOfRun(
  run: Run,
  state: State,
  found: ReadonlySet<FindingType>,
): readonly Coverage[] {
  const about = aboutRun(run);
  return soughtBy(run, found).map((sought) => entryOf(sought, state, about));
}
