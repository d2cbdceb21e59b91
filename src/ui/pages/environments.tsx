import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { resourceName } from '../../contract/resource-name.js';
import { mayCall } from '../../features/services.js';
import { Page, type Viewer } from '../page.js';
import { Badge, Empty, Missing, More } from '../parts/basics.js';
import { Deployments, type Names } from '../parts/deployments.js';
import { EnvironmentState, type Status } from '../parts/environment-state.js';
import { getPage } from '../route.js';
import { en } from '../texts/en.js';
import { namesOf, type Tools } from '../tools.js';

/** Environments of one page. Each costs the statements of its status. */
const SHOWN = 12;

type Services = Tools['services'];
type Environment = Awaited<ReturnType<Services['listEnvironments']>>['items'][number];

interface Listed {
  readonly environment: Environment;
  readonly status: Status;
}

interface ListProps {
  readonly viewer: Viewer;
  readonly listed: readonly Listed[];
  readonly names: Names;
  readonly broken: ReadonlyMap<string, number>;
  readonly seesDeployments: boolean;
  readonly next: string | undefined;
}

const Card = ({
  listed: { environment, status },
  names,
  broken,
  seesDeployments,
}: Omit<ListProps, 'listed' | 'viewer' | 'next'> & { listed: Listed }) => {
  const { name, policies } = environment;
  const open = broken.get(name) ?? 0;
  const [stop] = status.stops;
  return (
    <section class="panel" aria-labelledby={`env-${name}`}>
      <div class="panel-head">
        <h2 id={`env-${name}`}>
          <a href={`/ui/environments/${name}`}>{name}</a>
        </h2>
        <EnvironmentState status={status} />
        {open > 0 && <Badge tone="bad">{en.environments.glass(open)}</Badge>}
        <span class="push quiet">{en.environments.guardedBy(policies.map((one) => one.name))}</span>
      </div>
      {stop && <p class="notice bad">{en.environments.stoppedBy(stop.createdBy, stop.reason)}</p>}
      {!seesDeployments && <Missing scope="deployments:read" />}
      {seesDeployments && status.running.length === 0 && <Empty>{en.environments.nothing}</Empty>}
      {status.running.length > 0 && (
        <Deployments items={status.running} names={names} label={en.environments.runsIn(name)} />
      )}
    </section>
  );
};

const Environments = ({ viewer, listed, next, ...rest }: ListProps) => (
  <Page title={en.environments.title} viewer={viewer} here="environments">
    <div class="page-head">
      <h1>{en.environments.title}</h1>
      <p class="lead">{en.environments.lead}</p>
    </div>
    {listed.length === 0 && <Empty>{en.environments.none}</Empty>}
    {listed.map((one) => (
      <Card key={one.environment.name} listed={one} {...rest} />
    ))}
    <More href={next === undefined ? undefined : `/ui/environments?after=${next}`} />
  </Page>
);

const after = Type.Optional(resourceName('Environment before the page', 'staging'));

export function environmentPages(app: FastifyInstance, { services }: Tools): void {
  const query = Type.Object({ after });
  getPage(
    app,
    '/environments',
    { query },
    async ({ context, viewer, query: { after: cursor } }) => {
      const page = await services.listEnvironments(context, { limit: SHOWN, cursor });
      const listed: Listed[] = [];
      for (const environment of page.items) {
        const status = await services.getEnvironmentStatus(context, environment.name, {});
        listed.push({ environment, status });
      }
      const ids = listed.flatMap(({ status }) => status.running.map(({ projectId }) => projectId));
      const names = await namesOf(services, context, ids);
      const seesDeployments = mayCall(context, 'listBreakGlass');
      const open = seesDeployments
        ? (await services.listBreakGlass(context, { limit: 100, state: 'open' })).items
        : [];
      const broken = new Map<string, number>();
      for (const { environment } of open)
        broken.set(environment, (broken.get(environment) ?? 0) + 1);
      return Environments({ viewer, listed, names, broken, seesDeployments, next: page.next });
    },
  );
}
