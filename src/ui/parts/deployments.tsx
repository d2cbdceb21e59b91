import type { PageServices } from '../../features/services.js';
import { en } from '../texts/en.js';
import { Badge, Table, Time, type Tone } from './basics.js';

export type Deployment = Awaited<ReturnType<PageServices['searchDeployments']>>['items'][number];
export type Names = ReadonlyMap<number, string>;

const TONES: Record<Deployment['authorization'], Tone> = {
  authorized: 'good',
  rollback: 'info',
  'break-glass': 'bad',
  unauthorized: 'bad',
  unknown: 'warn',
};

const STATE_TONES: Record<Deployment['state'], Tone> = {
  succeeded: 'good',
  started: 'info',
  failed: 'bad',
};

/** How the deployment was authorized. */
export const Authorization = ({ of }: { of: Deployment['authorization'] }) => (
  <Badge tone={TONES[of]}>{en.deployments.authorizations[of]}</Badge>
);

/** The name of a project, as far as the viewer may know it. */
export const projectName = (names: Names, id: number): string =>
  names.get(id) ?? en.shell.project(id);

export const Project = ({ id, names }: { id: number; names: Names }) => (
  <a href={`/ui/projects/${id}`}>{projectName(names, id)}</a>
);

export const Release = ({ of }: { of: Deployment }) => (
  <>
    <a href={`/ui/releases/${of.releaseId}?environment=${of.environment}`} class="strong">
      {of.release.version}
    </a>
    {of.release.state === 'revoked' && (
      <>
        {' '}
        <Badge tone="bad">{en.releases.states.revoked}</Badge>
      </>
    )}
  </>
);

const Verdict = ({ of: { judgedVerdictId, verdictId } }: { of: Deployment }) => {
  const id = judgedVerdictId ?? verdictId;
  if (id === null) return <span class="quiet">{en.deployments.noVerdict}</span>;
  return <a href={`/ui/verdicts/${id}`}>{en.deployments.verdict}</a>;
};

interface TableProps {
  readonly items: readonly Deployment[];
  readonly names: Names;
  /** What runs, or what was deployed. */
  readonly history?: boolean;
  readonly label: string;
}

/** Deployments, with those that nothing authorized in red. */
export const Deployments = ({ items, names, history = false, label }: TableProps) => (
  <Table
    label={label}
    heads={[
      en.deployments.project,
      en.deployments.release,
      ...(history ? [en.deployments.outcome] : []),
      history ? en.deployments.recorded : en.deployments.since,
      en.deployments.authorization,
      en.deployments.by,
      en.deployments.decidedBy,
    ]}
  >
    {items.map((one) => (
      <tr key={one.id} class={TONES[one.authorization] === 'bad' ? 'alarming' : undefined}>
        <td>
          <Project id={one.projectId} names={names} />
        </td>
        <td>
          <Release of={one} />
        </td>
        {history && (
          <td>
            <Badge tone={STATE_TONES[one.state]}>{en.deployments.states[one.state]}</Badge>
          </td>
        )}
        <td>
          <Time at={history ? one.createdAt : (one.endedAt ?? one.createdAt)} />
          {!history && (
            <span class="quiet"> {en.deployments.runsFor(one.endedAt ?? one.createdAt)}</span>
          )}
        </td>
        <td>
          <Authorization of={one.authorization} />
        </td>
        <td>{one.createdBy ?? en.shell.unknown}</td>
        <td>
          <Verdict of={one} />
        </td>
      </tr>
    ))}
  </Table>
);
