import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { resourceName } from '../../contract/resource-name.js';
import { mayCall, type PageServices } from '../../features/services.js';
import { Page, type Viewer } from '../page.js';
import { Empty, Missing, More } from '../parts/basics.js';
import { FindingsTable, SeverityFilter } from '../parts/findings.js';
import { getPage } from '../route.js';
import { en } from '../texts/en.js';
import { CURSOR, SEVERITY, type Tools } from '../tools.js';

const SHOWN = 50;

type Found = Awaited<ReturnType<PageServices['listRunningFindings']>>;

interface Props {
  readonly viewer: Viewer;
  readonly name: string;
  readonly severity: string | undefined;
  /** undefined: the viewer may not see deployments. */
  readonly found: Found | undefined;
}

const RunningFindings = ({ viewer, name, severity, found }: Props) => {
  const base = `/ui/environments/${name}/findings?`;
  const filtered = severity === undefined ? base : `${base}severity=${severity}&`;
  return (
    <Page title={en.running.title(name)} viewer={viewer} here="environments">
      <p class="crumbs">
        <a href="/ui/environments">{en.environments.title}</a> /{' '}
        <a href={`/ui/environments/${name}`}>{name}</a>
      </p>
      <div class="page-head">
        <h1>{en.running.title(name)}</h1>
        <p class="lead">{en.running.lead}</p>
      </div>
      <SeverityFilter base={base} severity={severity} />
      <div class="panel">
        {found === undefined && <Missing scope="deployments:read" />}
        {found?.items.length === 0 && (
          <Empty>{found.next === undefined ? en.running.none : en.running.noneYet}</Empty>
        )}
        {found && found.items.length > 0 && (
          <FindingsTable items={found.items} label={en.running.title(name)} environment={name} />
        )}
      </div>
      <More href={found?.next && `${filtered}after=${found.next}`} />
    </Page>
  );
};

const params = Type.Object({ name: resourceName('Name of the environment', 'production') });
const query = Type.Object({ severity: SEVERITY, after: CURSOR });

/** Findings that count, of what runs in an environment. */
export function runningFindingsPage(app: FastifyInstance, { services }: Tools): void {
  getPage(app, '/environments/:name/findings', { params, query }, async (visit) => {
    const { context, viewer } = visit;
    const { name } = visit.params;
    const { severity, after } = visit.query;
    const asked = {
      ...{ limit: SHOWN, cursor: after, suppressed: false },
      ...(severity && { severity: [severity] }),
    };
    const found = mayCall(context, 'searchDeployments')
      ? await services.listRunningFindings(context, name, asked)
      : undefined;
    return RunningFindings({ viewer, name, severity, found });
  });
}
