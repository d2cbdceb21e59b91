import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { resourceName } from '../../contract/resource-name.js';
import { uuid } from '../../contract/schemas.js';
import { mayCall, type PageServices } from '../../features/services.js';
import { Page, type Viewer } from '../page.js';
import { Empty, Missing, More, Panel, Short, Time } from '../parts/basics.js';
import { getPage } from '../route.js';
import { en } from '../texts/en.js';
import type { CallContext, Tools } from '../tools.js';

const SHOWN = 25;
/** Environments that a page names. There are few on a server. */
const GUARDED = 100;

type Listed = Awaited<ReturnType<PageServices['listPolicies']>>['items'][number];
type Policy = Awaited<ReturnType<PageServices['getPolicy']>>;

/** An environment that a policy guards. Version null: always the latest. */
interface Guarded {
  readonly name: string;
  readonly version: number | null;
}

/** What the policy guards. undefined: the viewer may not read environments. */
async function guardedBy(
  services: PageServices,
  context: CallContext,
): Promise<((policy: string) => Guarded[]) | undefined> {
  if (!mayCall(context, 'listEnvironments')) return undefined;
  const { items } = await services.listEnvironments(context, { limit: GUARDED });
  return (policy) =>
    items.flatMap(({ name, policies }) =>
      policies.filter((one) => one.name === policy).map(({ version }) => ({ name, version })),
    );
}

const Guards = ({ of }: { of: readonly Guarded[] | undefined }) => {
  if (of === undefined) return <Missing scope="environments:read" />;
  if (of.length === 0) return <p class="quiet">{en.policies.guardsNothing}</p>;
  return (
    <ul class="plain-list">
      {of.map(({ name, version }) => (
        <li key={`${name} ${version}`}>
          <a href={`/ui/environments/${name}`}>{name}</a>{' '}
          <span class="quiet">{en.policies.inVersion(version)}</span>
        </li>
      ))}
    </ul>
  );
};

const About = ({ policy: { version, sha256, createdBy, createdAt } }: { policy: Listed }) => (
  <p class="quiet">
    {en.policies.version(version)}, SHA-256 <Short of={sha256} />, {en.environments.by(createdBy)},{' '}
    <Time at={createdAt} />
  </p>
);

const PolicyView = ({
  viewer,
  policy,
  guards,
}: {
  viewer: Viewer;
  policy: Policy;
  guards: Guarded[] | undefined;
}) => (
  <Page title={policy.name} viewer={viewer} here="policies">
    <p class="crumbs">
      <a href="/ui/policies">{en.policies.title}</a>
    </p>
    <div class="page-head">
      <h1>{policy.name}</h1>
      {policy.description !== null && <p class="lead">{policy.description}</p>}
      <About policy={policy} />
    </div>
    <Panel id="guards" title={en.policies.guards}>
      <Guards of={guards} />
    </Panel>
    <Panel id="rules" title={en.policies.rules}>
      <ul class="rows">
        {policy.rules.map((rule, index) => (
          <li key={`${rule.rule} ${index}`}>
            <div>
              <strong>{rule.rule}</strong>
              <pre>{JSON.stringify(rule, null, 2)}</pre>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  </Page>
);

/** Policies and what they guard. */
export function policyPages(app: FastifyInstance, { services }: Tools): void {
  const query = Type.Object({ after: Type.Optional(uuid()) });
  getPage(app, '/policies', { query }, async ({ context, viewer, query: { after } }) => {
    const request = { limit: SHOWN, cursor: after };
    const { items, next } = await services.listPolicies(context, request);
    const guards = await guardedBy(services, context);
    return (
      <Page title={en.policies.title} viewer={viewer} here="policies">
        <div class="page-head">
          <h1>{en.policies.title}</h1>
          <p class="lead">{en.policies.lead}</p>
        </div>
        {items.length === 0 && <Empty>{en.policies.none}</Empty>}
        {items.map((policy) => (
          <section key={policy.name} class="panel" aria-labelledby={`policy-${policy.name}`}>
            <div class="panel-head">
              <h2 id={`policy-${policy.name}`}>
                <a href={`/ui/policies/${policy.name}`}>{policy.name}</a>
              </h2>
            </div>
            {policy.description !== null && <p>{policy.description}</p>}
            <About policy={policy} />
            <h3>{en.policies.guards}</h3>
            <Guards of={guards?.(policy.name)} />
          </section>
        ))}
        <More href={next && `/ui/policies?after=${next}`} />
      </Page>
    );
  });

  const params = Type.Object({ name: resourceName('Name of the policy', 'baseline') });
  getPage(app, '/policies/:name', { params }, async ({ context, viewer, params: { name } }) => {
    const policy = await services.getPolicy(context, name);
    const guards = (await guardedBy(services, context))?.(name);
    return PolicyView({ viewer, policy, guards });
  });
}
