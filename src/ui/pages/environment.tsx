import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { resourceName } from '../../contract/resource-name.js';
import { mayCall, reachOf } from '../../features/services.js';
import { AntiForgery, Page, type Viewer } from '../page.js';
import { Badge, Done, Empty, Missing, Panel, Time } from '../parts/basics.js';
import { CHART_DAYS, CHART_WEEKS, Chart, type Weeks } from '../parts/chart.js';
import { type Deployment, Deployments, type Names, Project } from '../parts/deployments.js';
import { Emergency } from '../parts/emergency.js';
import { EnvironmentState, type Status } from '../parts/environment-state.js';
import { type BreakGlass, Glasses } from '../parts/glasses.js';
import { Guard, guardHistory } from '../parts/guard.js';
import { getPage, postForm } from '../route.js';
import { en } from '../texts/en.js';
import { isPerson, namesOf, type Tools } from '../tools.js';

const DAY_MS = 86_400_000;
/** Deployments that a rollback is offered from. */
const COUNTED = 250;
/** Rows of each table: a view has at most 100 KB. */
const SHOWN = 40;

type Services = Tools['services'];
type Environment = Awaited<ReturnType<Services['getEnvironment']>>;

type Reach = ReturnType<typeof reachOf>;

/** Whether all that is meant can be reached. */
const covers = (reach: Reach, projects: Reach): boolean =>
  reach === null || projects?.every((id) => reach.includes(id)) === true;

interface Props {
  readonly viewer: Viewer;
  readonly environment: Environment;
  readonly status: Status;
  readonly names: Names;
  /** undefined: the viewer may not see deployments. */
  readonly history: readonly Deployment[] | undefined;
  readonly weeks: Weeks | undefined;
  readonly glasses: readonly BreakGlass[];
  readonly changes: Awaited<ReturnType<typeof guardHistory>>;
  /** Whether the viewer may list findings of what runs. */
  readonly seesFindings: boolean;
  /** The projects whose line the viewer may stop, all by null. */
  readonly stoppable: Reach;
  /** The same for resuming. */
  readonly resumable: Reach;
  /** Ask for a rollback. */
  readonly mayAsk: boolean;
  readonly mayBreak: boolean;
  readonly done: string | undefined;
}

const About = ({ projects, names }: { projects: readonly number[] | null; names: Names }) => {
  if (projects === null) return <>{en.environments.everyProject}</>;
  return (
    <>
      {projects.map((id, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Project id={id} names={names} />
        </span>
      ))}
    </>
  );
};

const Stops = ({ viewer, environment, status, names, stoppable, resumable }: Props) => (
  <Panel id="stops" title={en.environments.line}>
    {status.stops.length === 0 && <Empty>{en.environments.noStops}</Empty>}
    {status.stops.map((stop) => (
      <div class="notice bad" key={stop.id}>
        <p>
          <strong>{stop.reason}</strong>
        </p>
        <p>
          {en.environments.stopOf(stop.createdBy)} <Time at={stop.createdAt} />,{' '}
          <About projects={stop.projects} names={names} />.{' '}
          {stop.rollbacks ? en.environments.rollbacksPass : en.environments.rollbacksStop}
        </p>
        {covers(resumable, stop.projects) && (
          <form method="post" action={`/ui/environments/${environment.name}/resume`} class="stack">
            <AntiForgery viewer={viewer} />
            <input type="hidden" name="stop" value={stop.id} />
            <label>
              {en.environments.resumeReason}
              <input name="reason" required maxLength={500} autoComplete="off" />
            </label>
            <p class="hint">{en.environments.resumeHint}</p>
            <p class="actions">
              <button type="submit">{en.environments.resume}</button>
            </p>
          </form>
        )}
      </div>
    ))}
    {stoppable?.length !== 0 && (
      <details>
        <summary>{en.environments.stop}</summary>
        <form method="post" action={`/ui/environments/${environment.name}/stop`} class="stack">
          <AntiForgery viewer={viewer} />
          <p class="hint">{en.environments.stopHint(environment.name)}</p>
          {stoppable !== null && (
            <p class="hint">
              {en.environments.stopOnly} <About projects={stoppable} names={names} />.
            </p>
          )}
          <label>
            {en.environments.stopReason}
            <input name="reason" required maxLength={500} autoComplete="off" />
          </label>
          <label class="check">
            <input type="checkbox" name="rollbacks" value="yes" checked />
            {en.environments.allowRollbacks}
          </label>
          <p class="actions">
            <button type="submit" class="danger">
              {en.environments.stop}
            </button>
          </p>
        </form>
      </details>
    )}
  </Panel>
);

const Windows = ({ status, names }: Props) => (
  <Panel id="windows" title={en.environments.windows}>
    {status.windows.length === 0 ? (
      <Empty>{en.environments.noWindows}</Empty>
    ) : (
      <ul class="rows">
        {status.windows.map((one) => (
          <li key={one.id}>
            <Badge tone={one.state === 'open' ? 'warn' : 'quiet'}>
              {en.environments.windowKinds[one.kind]}
            </Badge>
            <div>
              <strong>{one.reason}</strong>
              <div class="quiet">
                {one.weekly
                  ? en.environments.weekly(one.weekly.days, one.weekly.from, one.weekly.to)
                  : en.environments.once(one.from ?? '', one.to ?? '')}{' '}
                {one.timeZone}, <About projects={one.projects} names={names} />,{' '}
                {en.environments.by(one.createdBy)}
              </div>
            </div>
          </li>
        ))}
      </ul>
    )}
  </Panel>
);

const EnvironmentView = (props: Props) => {
  const { viewer, environment, status, names, history, glasses, done } = props;
  const { name, policies, after } = environment;
  return (
    <Page title={name} viewer={viewer} here="environments">
      <p class="crumbs">
        <a href="/ui/environments">{en.environments.title}</a>
      </p>
      <div class="page-head">
        <h1>
          {name} <EnvironmentState status={status} />
        </h1>
        <p class="lead">
          {en.environments.guardedBy(policies.map((one) => one.name))}
          {after.length > 0 && <> {en.environments.after(after)}</>}
        </p>
      </div>
      <Done what={done} />
      <Panel id="runs" title={en.environments.runs}>
        {history === undefined && <Missing scope="deployments:read" />}
        {history && status.running.length === 0 && <Empty>{en.environments.nothing}</Empty>}
        {status.running.length > 0 && (
          <Deployments
            items={status.running.slice(0, SHOWN)}
            names={names}
            label={en.environments.runsIn(name)}
          />
        )}
        {status.running.length > SHOWN && (
          <p class="hint">{en.environments.firstOf(SHOWN, name)}</p>
        )}
        {status.running.length > 0 && props.seesFindings && (
          <p class="more">
            <a href={`/ui/environments/${name}/findings`}>{en.running.link}</a>
          </p>
        )}
      </Panel>
      {glasses.length > 0 && (
        <Panel id="glass" title={en.environments.brokenGlass}>
          <Glasses items={glasses} names={names} />
        </Panel>
      )}
      <div class="columns">
        <Stops {...props} />
        <Windows {...props} />
      </div>
      {history && (
        <Emergency
          {...{ viewer, names, history, running: status.running, environment: name }}
          mayAsk={props.mayAsk}
          mayBreak={props.mayBreak}
        />
      )}
      {history && (
        <Panel id="history" title={en.environments.history}>
          {history.length === 0 ? (
            <Empty>{en.environments.noHistory(CHART_DAYS)}</Empty>
          ) : (
            <>
              {props.weeks && <Chart weeks={props.weeks} />}
              <Deployments
                items={history.slice(0, SHOWN)}
                names={names}
                history
                label={en.environments.history}
              />
            </>
          )}
        </Panel>
      )}
      <Guard events={props.changes} />
    </Page>
  );
};

const params = Type.Object({ name: resourceName('Name of the environment', 'production') });

export function environmentPage(app: FastifyInstance, { services }: Tools): void {
  const query = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) });
  getPage(app, '/environments/:name', { params, query }, async (visit) => {
    const { context, viewer } = visit;
    const { name } = visit.params;
    const environment = await services.getEnvironment(context, name);
    const status = await services.getEnvironmentStatus(context, name, {});
    const now = new Date();
    const from = new Date(now.getTime() - CHART_DAYS * DAY_MS).toISOString();
    const sees = mayCall(context, 'searchDeployments');
    const request = { environment: name, from, limit: COUNTED };
    const counting = { weeks: CHART_WEEKS };
    const weeks = sees
      ? (await services.countDeployments(context, name, counting)).weeks
      : undefined;
    const history = sees ? (await services.searchDeployments(context, request)).items : undefined;
    const glasses = sees
      ? (await services.listBreakGlass(context, { environment: name, limit: 10 })).items
      : [];
    const writes = viewer.antiForgery !== undefined;
    const stoppable = writes ? reachOf(context, 'stopEnvironment') : [];
    const resumable = isPerson(visit) ? reachOf(context, 'resumeEnvironment') : [];
    const names = await namesOf(services, context, [
      ...status.running.map(({ projectId }) => projectId),
      ...new Set((history ?? []).map(({ projectId }) => projectId)),
      ...glasses.map(({ projectId }) => projectId),
      ...status.stops.flatMap(({ projects }) => projects ?? []),
      ...(stoppable ?? []),
      ...status.windows.flatMap(({ projects }) => projects ?? []),
    ]);
    const mayAsk = writes && mayCall(context, 'assertRelease');
    const mayBreak = isPerson(visit) && mayCall(context, 'createBreakGlass');
    const { done } = visit.query;
    const changes = await guardHistory(services, context, name);
    const seesFindings = sees && mayCall(context, 'listRunningFindings');
    const may = { seesFindings, stoppable, resumable, mayAsk, mayBreak };
    return EnvironmentView({
      ...{ viewer, environment, status, names, history, weeks, glasses, changes, done },
      ...may,
    });
  });

  postForm(
    app,
    '/environments/:name/stop',
    { params },
    async ({ context, params: { name } }, { reason = '', rollbacks }) => {
      // A caller that is bound to projects stops the line of these.
      const projects = reachOf(context, 'stopEnvironment');
      await services.stopEnvironment(context, name, {
        ...{ reason, rollbacks: rollbacks === 'yes' },
        ...(projects !== null && projects.length > 0 && { projects }),
      });
      return `/ui/environments/${name}?done=stopped`;
    },
  );

  postForm(app, '/environments/:name/resume', { params }, async (visit, { reason = '', stop }) => {
    const { name } = visit.params;
    await services.resumeEnvironment(visit.context, name, { reason, stop });
    return `/ui/environments/${name}?done=resumed`;
  });
}
