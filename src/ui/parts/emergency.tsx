import { AntiForgery, type Viewer } from '../page.js';
import { en } from '../texts/en.js';
import { Empty, minuteOf, Panel } from './basics.js';
import { type Deployment, type Names, projectName } from './deployments.js';

/** Releases that a form offers to go back to. */
const OFFERED = 20;
/** Projects that a form offers. The page of a release leads to a break-glass, too. */
const PROJECTS = 100;

interface Props {
  readonly viewer: Viewer;
  readonly environment: string;
  readonly running: readonly Deployment[];
  /** Newest first. */
  readonly history: readonly Deployment[];
  readonly names: Names;
  readonly mayAsk: boolean;
  readonly mayBreak: boolean;
}

const endOf = ({ endedAt, createdAt }: Deployment) => (endedAt ?? createdAt).getTime();

/** Whether another release of its project was started or failed since it runs: that is one to go back from. */
function isInterrupted(running: Deployment, history: readonly Deployment[]): boolean {
  const { id, projectId, releaseId } = running;
  const place = history.findIndex((one) => one.id === id);
  return history.some((one, index) => {
    if (one.projectId !== projectId || one.releaseId === releaseId) return false;
    if (one.state === 'succeeded') return false;
    return index < place || (one.state === 'failed' && endOf(one) > endOf(running));
  });
}

/** What was authorized, the newest of each release. The gate judges whether it may come back. */
function targetsOf({ running, history }: Pick<Props, 'running' | 'history'>): Deployment[] {
  const undisturbed = running.filter((one) => !isInterrupted(one, history));
  const seen = new Set(undisturbed.map(({ releaseId }) => releaseId));
  const targets: Deployment[] = [];
  for (const one of history) {
    const { releaseId, authorization, state, release } = one;
    const isAuthorized = authorization === 'authorized' || authorization === 'rollback';
    if (seen.has(releaseId) || !isAuthorized || state !== 'succeeded') continue;
    if (release.state === 'revoked') continue;
    seen.add(releaseId);
    targets.push(one);
  }
  return targets.slice(0, OFFERED);
}

/** Which projects the box of the version is about: those that were deployed here. */
const projectsOf = ({ running, history }: Pick<Props, 'running' | 'history'>) =>
  [...new Set([...running, ...history].map(({ projectId }) => projectId))].slice(0, PROJECTS);

const Rollback = ({ viewer, environment, names, ...deployments }: Props) => {
  const targets = targetsOf(deployments);
  if (targets.length === 0) return <Empty>{en.rollback.none}</Empty>;
  return (
    <form method="post" action={`/ui/environments/${environment}/rollback`} class="stack">
      <AntiForgery viewer={viewer} />
      <p class="hint">{en.rollback.hint}</p>
      <label>
        {en.rollback.to}
        <select name="release" required>
          {targets.map((one) => (
            <option key={one.releaseId} value={one.releaseId}>
              {en.rollback.option(
                `${projectName(names, one.projectId)} ${one.release.version}`,
                minuteOf(one.createdAt),
              )}
            </option>
          ))}
        </select>
      </label>
      <p class="actions">
        <button type="submit">{en.rollback.ask}</button>
      </p>
    </form>
  );
};

const Break = ({ environment, names, ...deployments }: Props) => {
  const projects = projectsOf(deployments);
  if (projects.length === 0) return <Empty>{en.glass.openRelease}</Empty>;
  return (
    <form method="get" action={`/ui/environments/${environment}/break-glass`} class="stack">
      <p class="hint">{en.glass.breakHint(environment)}</p>
      <label>
        {en.deployments.project}
        <select name="project" required>
          {projects.map((id) => (
            <option key={id} value={id}>
              {projectName(names, id)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {en.releases.version}
        <input name="version" required maxLength={128} autoComplete="off" />
      </label>
      <p class="actions">
        <button type="submit">{en.glass.read}</button>
      </p>
    </form>
  );
};

/** What people do when a bad release runs, and what each way overrides. */
export const Emergency = (props: Props) => (
  <div class="columns">
    {props.mayAsk && (
      <Panel id="rollback" title={en.rollback.title}>
        <Rollback {...props} />
      </Panel>
    )}
    {props.mayBreak && (
      <Panel id="break" title={en.glass.break}>
        <Break {...props} />
      </Panel>
    )}
  </div>
);
