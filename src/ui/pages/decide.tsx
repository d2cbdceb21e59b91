import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { resourceName } from '../../contract/resource-name.js';
import { uuid } from '../../contract/schemas.js';
import { mayCall, type PageServices } from '../../features/services.js';
import { AntiForgery, Page, type Viewer } from '../page.js';
import { type Approval, Approvals } from '../parts/approvals.js';
import { Badge, Empty, Outside, Panel, Short, Time } from '../parts/basics.js';
import { partsOf } from '../parts/commands.js';
import { projectName } from '../parts/deployments.js';
import { Rules, Severity } from '../parts/rules.js';
import { getPage, postForm } from '../route.js';
import { en } from '../texts/en.js';
import { isPerson, namesOf, type Tools } from '../tools.js';

type Brief = Awaited<ReturnType<PageServices['getDecisionBrief']>>;
type Some = Brief['findings']['new'];

interface Props {
  readonly viewer: Viewer;
  readonly brief: Brief;
  readonly project: string;
  readonly mayDecide: boolean;
}

const Defects = ({ title, some }: { title: string; some: Some }) => (
  <div>
    <h3>
      {title} <Badge tone={some.total > 0 ? 'warn' : 'quiet'}>{some.total}</Badge>
    </h3>
    <ul class="plain-list">
      {some.named.slice(0, 20).map((one) => (
        <li key={one.fingerprint}>
          <Severity of={one.severity} /> <strong>{one.rule}</strong>{' '}
          {one.packageName ?? one.location ?? ''} {one.packageVersion ?? ''}
          {one.was && <span class="quiet"> {en.decide.was(one.was)}</span>}
        </li>
      ))}
    </ul>
    {some.total > 20 && <p class="quiet">{en.decide.more(some.total - 20)}</p>}
  </div>
);

const Changes = ({ changes }: { changes: Brief['changes'] }) => {
  const { from, to } = changes;
  return (
    <Panel id="changes" title={en.decide.changes}>
      <p>
        {from === null ? en.decide.first : en.decide.from(from.version)}
        {from !== null && (
          <>
            {' '}
            (<Short of={from.commit} /> → <Short of={to.commit} />)
          </>
        )}
        {to.branch !== null && <> {en.decide.branch(to.branch)}</>}
        {to.authors.length > 0 && <> {en.decide.authors(to.authors)}</>}
      </p>
      {to.notes && <p class="notes">{to.notes}</p>}
      <p>
        {to.links.map(({ title, url }) => (
          <span class="spaced" key={`${title} ${url}`}>
            <Outside url={url}>{title}</Outside>
          </span>
        ))}
      </p>
    </Panel>
  );
};

const DecideForm = ({ viewer, brief }: { viewer: Viewer; brief: Brief }) => (
  <form method="post" action={`/ui/releases/${brief.releaseId}/decide`} class="stack decide">
    <AntiForgery viewer={viewer} />
    <input type="hidden" name="environment" value={brief.environment} />
    <input type="hidden" name="seen" value={brief.seen} />
    <label>
      {en.decide.reason}
      <textarea name="reason" rows={3} maxLength={2000} />
    </label>
    <p class="hint">
      {en.decide.bound} <Short of={brief.seen} />.
    </p>
    <p class="actions">
      <button type="submit" name="decision" value="approve" class="primary">
        {en.decide.approve}
      </button>
      <button type="submit" name="decision" value="reject" class="danger">
        {en.decide.reject}
      </button>
    </p>
  </form>
);

const DecideView = ({ viewer, brief, project, mayDecide }: Props) => {
  const { version, environment, decision, findings, tests, waivers, said, asked, warnings } = brief;
  const title = en.decide.title(`${project} ${version}`, environment);
  return (
    <Page title={title} viewer={viewer} here="inbox">
      <p class="crumbs">
        <a href="/ui/inbox">{en.inbox.title}</a> /{' '}
        <a href={`/ui/releases/${brief.releaseId}?environment=${environment}`}>
          {project} {version}
        </a>
      </p>
      <div class="page-head">
        <h1>{title}</h1>
      </div>
      <section class={`answer ${decision === 'allow' ? 'good' : 'bad'}`} aria-labelledby="answer">
        <h2 id="answer">{en.decide.others[decision]}</h2>
        {asked.map(({ message, policy }) => (
          <p key={`${policy} ${message}`}>{partsOf(message).found}</p>
        ))}
        {warnings.map((warning) => (
          <p class="notice warn" key={warning}>
            {warning}
          </p>
        ))}
        <p>
          {en.decide.tests(
            tests.tests,
            tests.failures + tests.errors,
            tests.skipped,
            tests.reports,
          )}
        </p>
      </section>
      <Changes changes={brief.changes} />
      <Panel id="risk" title={en.decide.risk}>
        <div class="columns">
          <Defects title={en.decide.new} some={findings.new} />
          <Defects title={en.decide.worse} some={findings.worse} />
          <Defects title={en.decide.counted} some={findings.counted} />
        </div>
        {findings.counted.total === 0 && <p class="hint">{en.decide.notScanned}</p>}
      </Panel>
      {waivers.length > 0 && (
        <Panel id="waivers" title={en.decide.waivers}>
          <ul class="rows">
            {waivers.map((one) => (
              <li key={one.id}>
                <div>
                  <strong>{one.rule}</strong> {one.purl}
                  <div>{one.reason}</div>
                  <div class="quiet">
                    {en.environments.by(one.createdBy)}, {en.waivers.approvedBy(one.approvedBy)},{' '}
                    {en.waivers.until} <Time at={one.expiresAt} />
                  </div>
                </div>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel id="rules" title={en.rules.title(environment)}>
        {brief.results.length === 0 ? (
          <Empty>{en.rules.none}</Empty>
        ) : (
          <Rules results={[...brief.results]} />
        )}
      </Panel>
      <Panel id="said" title={en.decide.said}>
        {said.length === 0 ? (
          <Empty>{en.approvals.none}</Empty>
        ) : (
          <Approvals items={said as readonly Approval[]} />
        )}
      </Panel>
      <Panel id="decide" title={en.decide.yours}>
        {mayDecide ? (
          <DecideForm viewer={viewer} brief={brief} />
        ) : (
          <Empty>{en.decide.mayNot}</Empty>
        )}
      </Panel>
    </Page>
  );
};

const params = Type.Object({ id: uuid() });

export function decidePages(app: FastifyInstance, { services }: Tools): void {
  const query = Type.Object({ environment: resourceName('Environment', 'production') });
  getPage(app, '/releases/:id/decide', { params, query }, async (visit) => {
    const { context, viewer, waiting } = visit;
    const { environment } = visit.query;
    const brief = await services.getDecisionBrief(context, visit.params.id, environment, waiting);
    const names = await namesOf(services, context, [brief.projectId]);
    const project = projectName(names, brief.projectId);
    const mayDecide = isPerson(visit) && mayCall(context, 'createApproval', brief.projectId);
    return DecideView({ viewer, brief, project, mayDecide });
  });

  postForm(app, '/releases/:id/decide', { params }, async (visit, form) => {
    const {
      context,
      waiting,
      params: { id },
    } = visit;
    const { environment, seen, decision, reason = '' } = form;
    const said = { environment, seen, decision, ...(reason.trim() !== '' && { reason }) };
    await services.createApproval(context, id, said, waiting);
    const done = decision === 'reject' ? 'rejected' : 'approved';
    return `/ui/releases/${id}?environment=${environment}&done=${done}`;
  });
}
