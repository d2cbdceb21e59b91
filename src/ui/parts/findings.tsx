import type { PageServices } from '../../features/services.js';
import { en } from '../texts/en.js';
import { Badge, More, Outside, Table, Time } from './basics.js';
import { Severity } from './rules.js';

export type Finding = Awaited<ReturnType<PageServices['listFindings']>>['items'][number];

type Found = Awaited<ReturnType<PageServices['listRunningFindings']>>['items'][number];

const FILTERS = ['critical', 'high', 'medium', 'low'] as const;

interface Props {
  readonly items: readonly Finding[];
  /** The page without the filter, up to its query. */
  readonly base: string;
  readonly severity: string | undefined;
  readonly next: string | undefined;
}

interface FilterProps {
  /** The page without the filter, with its query and `?` or `&`. */
  readonly base: string;
  readonly severity: string | undefined;
  readonly hash?: string;
}

/** Links that filter findings. */
export const SeverityFilter = ({ base, severity, hash = '' }: FilterProps) => (
  <nav class="filters" aria-label={en.findings.filter}>
    <a href={`${base}${hash}`} aria-current={severity === undefined ? 'true' : undefined}>
      {en.findings.all}
    </a>
    {FILTERS.map((one) => (
      <a
        key={one}
        href={`${base}severity=${one}${hash}`}
        aria-current={severity === one ? 'true' : undefined}
      >
        {one}
      </a>
    ))}
  </nav>
);

/** A finding of one release, or of one of many. */
type Row = Omit<Finding, 'projectId'> & Partial<Pick<Found, 'release' | 'project'>>;

interface TableProps {
  readonly items: readonly Row[];
  readonly label: string;
  /** Where the releases of the findings run, which are shown. undefined: all are of one release. */
  readonly environment?: string;
}

export const FindingsTable = ({ items, label, environment }: TableProps) => (
  <Table
    label={label}
    heads={[
      en.findings.severity,
      en.findings.what,
      ...(environment === undefined ? [] : [en.running.release]),
      en.findings.where,
      en.findings.fix,
      en.findings.since,
    ]}
  >
    {items.map((one) => (
      <tr key={`${one.evidenceId} ${one.ordinal}`} class={one.suppressed ? 'muted' : undefined}>
        <td>
          <Severity of={one.severity} />
        </td>
        <td>
          <strong>
            {one.url === null ? one.rule : <Outside url={one.url}>{one.rule}</Outside>}
          </strong>
          {one.suppressed && (
            <>
              {' '}
              <Badge tone="quiet">{en.findings.suppressed}</Badge>
            </>
          )}
          {one.title !== null && <div class="quiet">{one.title}</div>}
        </td>
        {environment !== undefined && (
          <td>
            <a href={`/ui/releases/${one.release?.id}?environment=${environment}`}>
              {one.project?.name} {one.release?.version}
            </a>
          </td>
        )}
        <td>
          {one.packageName ?? one.location ?? ''} {one.packageVersion ?? ''}
        </td>
        <td>{one.fixedVersion ?? en.findings.noFix}</td>
        <td>
          <Time at={one.firstSeenAt} />
        </td>
      </tr>
    ))}
  </Table>
);

/** Findings, the worst first, with links that filter them. */
export const Findings = ({ items, base, severity, next }: Props) => (
  <>
    <SeverityFilter base={`${base}&`} severity={severity} hash="#findings" />
    {items.length === 0 ? (
      <p class="empty">
        {severity === undefined ? en.findings.none : en.findings.noneOf(severity)}
      </p>
    ) : (
      <FindingsTable items={items} label={en.findings.title} />
    )}
    <More href={next} />
  </>
);
