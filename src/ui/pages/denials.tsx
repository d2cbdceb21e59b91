import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { resourceName } from '../../contract/resource-name.js';
import { mayCall, type PageServices } from '../../features/services.js';
import { Page, type Viewer } from '../page.js';
import { Empty, Lines, More, Table, Time } from '../parts/basics.js';
import { type Names, Project } from '../parts/deployments.js';
import { getPage } from '../route.js';
import { en } from '../texts/en.js';
import { CURSOR, namesOf, type Tools } from '../tools.js';

const SHOWN = 50;

type Denied = Awaited<ReturnType<PageServices['searchVerdicts']>>;

interface Props {
  readonly viewer: Viewer;
  readonly denied: Denied;
  readonly names: Names;
  readonly versions: ReadonlyMap<string, string>;
  readonly environment: string | undefined;
}

const rulesOf = ({ results }: Denied['items'][number]): string[] => [
  ...new Set(results.filter(({ denies }) => denies).map(({ rule }) => rule)),
];

const Denials = ({ viewer, denied: { items, next }, names, versions, environment }: Props) => {
  const base = `/ui/denials?${environment === undefined ? '' : `environment=${environment}&`}`;
  return (
    <Page title={en.denials.title} viewer={viewer} here="denials">
      <div class="page-head">
        <h1>{en.denials.title}</h1>
        <p class="lead">{en.denials.lead(environment)}</p>
      </div>
      <div class="panel">
        {items.length === 0 ? (
          <Empty>{en.denials.none}</Empty>
        ) : (
          <Table
            label={en.denials.title}
            heads={[
              en.deployments.project,
              en.denials.release,
              en.denials.environment,
              en.denials.rules,
              en.denials.decided,
              en.denials.askedBy,
            ]}
          >
            {items.map((one) => (
              <tr key={one.id}>
                <td>
                  <Project id={one.projectId} names={names} />
                </td>
                <td>
                  <a href={`/ui/releases/${one.releaseId}?environment=${one.environment}`}>
                    {versions.get(one.releaseId) ?? en.verdict.aRelease}
                  </a>
                </td>
                <td>
                  <a href={`/ui/denials?environment=${one.environment}`}>{one.environment}</a>
                </td>
                <td>
                  <Lines of={rulesOf(one)} />
                </td>
                <td>
                  <a href={`/ui/verdicts/${one.id}`}>
                    <Time at={one.evaluatedAt} />
                  </a>
                </td>
                <td>{one.decidedBy}</td>
              </tr>
            ))}
          </Table>
        )}
      </div>
      <More href={next && `${base}after=${next}`} />
    </Page>
  );
};

const query = Type.Object({
  environment: Type.Optional(resourceName('Name of the environment', 'production')),
  after: CURSOR,
});

/** Decisions that denied, the newest first. */
export function denialsPage(app: FastifyInstance, { services }: Tools): void {
  getPage(app, '/denials', { query }, async ({ context, viewer, query: asked }) => {
    const { environment, after } = asked;
    const request = { limit: SHOWN, cursor: after, decision: 'deny', environment } as const;
    const denied = await services.searchVerdicts(context, request);
    const ids = denied.items.map(({ projectId }) => projectId);
    const names = await namesOf(services, context, [...new Set(ids)]);
    const versions = mayCall(context, 'getRelease')
      ? await services.releaseVersions(
          context,
          denied.items.map(({ releaseId }) => releaseId),
        )
      : new Map<string, string>();
    return Denials({ viewer, denied, names, versions, environment });
  });
}
