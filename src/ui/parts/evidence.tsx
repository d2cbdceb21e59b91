import type { PageServices } from '../../features/services.js';
import { en } from '../texts/en.js';
import { Badge, Lines, Short, Table, Time } from './basics.js';

export type Evidence = Awaited<ReturnType<PageServices['listEvidence']>>['items'][number];

const DAY_MS = 86_400_000;

/** What the document says, in numbers. */
const Numbers = ({ of: { summary } }: { of: Evidence }) => {
  const { tests, components, findings } = summary;
  const failed = (tests?.failures ?? 0) + (tests?.errors ?? 0);
  const { critical = 0, high = 0 } = findings?.bySeverity ?? {};
  return (
    <>
      {tests && (
        <div>
          {en.evidence.tests(tests.tests)}
          {failed > 0 && (
            <>
              {' '}
              <Badge tone="bad">{en.evidence.failed(failed)}</Badge>
            </>
          )}
        </div>
      )}
      {components && <div>{en.evidence.components(components.total)}</div>}
      {findings && (
        <div>
          {en.evidence.findings(findings.distinct)}
          {critical > 0 && (
            <>
              {' '}
              <Badge tone="bad">{en.evidence.critical(critical)}</Badge>
            </>
          )}
          {high > 0 && (
            <>
              {' '}
              <Badge tone="bad">{en.evidence.high(high)}</Badge>
            </>
          )}
        </div>
      )}
    </>
  );
};

const Warnings = ({ of: { summary } }: { of: Evidence }) => {
  const failed = summary.coverage.filter(({ ran }) => ran !== 'yes');
  const notes = [
    ...failed.map(({ what, reason }) => en.evidence.notRun(what, reason ?? '')),
    ...summary.coverage.flatMap(({ caveat }) => (caveat === undefined ? [] : [caveat])),
    ...[summary.contradictions, summary.warnings].flatMap((some) =>
      (some?.first ?? []).map(({ message }) => message),
    ),
    ...(summary.masked ? [en.evidence.masked] : []),
  ];
  const shown = [...new Set(notes)];
  if (shown.length === 0) return null;
  return (
    <details>
      <summary>{en.evidence.warnings(shown.length)}</summary>
      <Lines of={shown} />
    </details>
  );
};

export const EvidenceTable = ({ items, now }: { items: readonly Evidence[]; now: Date }) => (
  <Table
    label={en.evidence.title}
    heads={[en.evidence.report, en.evidence.says, en.evidence.target, en.evidence.age]}
  >
    {items.map((one) => (
      <tr key={one.id}>
        <td>
          <div class="strong">{one.label ?? one.kind}</div>
          <div class="quiet">
            {[one.tool ?? one.kind, one.toolVersion].filter(Boolean).join(' ')}
          </div>
        </td>
        <td>
          <Numbers of={one} />
          <Warnings of={one} />
        </td>
        <td>
          {one.artifact === null ? en.evidence.wholeRelease : <Short of={one.artifact} />}
          {one.summary.targets.slice(0, 3).map((target) => (
            <div class="quiet" key={target}>
              {target}
            </div>
          ))}
        </td>
        <td>
          {en.evidence.days(Math.floor((now.getTime() - one.lastReceivedAt.getTime()) / DAY_MS))}
          <div class="quiet">
            <Time at={one.lastReceivedAt} />
          </div>
        </td>
      </tr>
    ))}
  </Table>
);
