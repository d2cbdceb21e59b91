import type { Coverage } from '../../../vocabulary/coverage.js';
import type { FindingType } from '../../../vocabulary/finding-types.js';
import { type About, covered, failed, uncovered } from '../common/coverage.js';
import { aboutRun } from './about.js';
import { shorten } from './answers.js';
import { type Driver, driverOf } from './drivers.js';
import { listsFiles, lookedAtIn } from './looked.js';
import type { State } from './ran.js';
import type { Run } from './schema.js';

const USE_JSON =
  'its SARIF does not show what Trivy looked for. Upload its JSON (trivy --format json), or add ?scanners=vulnerability,secret';
const OSV_EMPTY =
  'OSV-Scanner writes the same SARIF if it found no package. Upload its JSON (--format json --all-packages), or add ?scanners=vulnerability';
const quoted = (name: string) => JSON.stringify(shorten(name).slice(0, 50));

/** Any program can write SARIF, so a name that is not known shows nothing. Its findings count. */
const unknownTool = ({ name, other }: Driver, what: FindingType) =>
  [
    other === undefined
      ? `the server does not know its tool ${quoted(name)}, nor what it looks for.`
      : `its tool is named ${quoted(name)}, and says that it is ${quoted(other)}.`,
    `If it looked for all of this, upload it again with ?scanners=${what}`,
  ].join(' ');
/** Formats of a tool that show what it looked at. */
const SHOWING: readonly (readonly [tool: RegExp, advice: string])[] = [
  [/grype/i, 'Upload its JSON (grype -o json)'],
  [/semgrep|opengrep/i, 'Upload its JSON (--json)'],
];

/** Of most tools, the SARIF of a scan of nothing is that of a clean scan, letter by letter. */
function silent(name: string, what: FindingType): string {
  const advice = SHOWING.find(([tool]) => tool.test(name))?.[1];
  const start = advice ? `${advice}, or upload` : 'If the tool looked at all of it, upload';
  const declare = `${start} it again with ?scanners=${what}`;
  return `it has no result, and does not show that the tool looked at anything. ${declare}`;
}

/** Whether a run shows that its tool looked at something: results of any type, a number, or files. */
const showsLook = (run: Run, found: ReadonlySet<FindingType>) =>
  found.size > 0 || lookedAtIn(run) !== undefined || listsFiles(run);

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
  const driver = driverOf(run);
  const { name, purpose, isKnown } = driver;
  if (purpose === 'mixed') {
    const unseen = OF_TRIVY.filter((what) => !found.has(what));
    if (!isKnown)
      return [...unseen, ...found].map((what) => ({
        what,
        doubt: unknownTool(driver, what),
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
  if (OSV.test(name) && !found.has(own)) return [{ what: own, doubt: OSV_EMPTY }];
  if (!isKnown) {
    const all = [...new Set([own, ...others])];
    return all.map((what) => ({ what, doubt: unknownTool(driver, what) }));
  }
  if (!showsLook(run, found)) return [{ what: own, doubt: silent(name, own) }];
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
