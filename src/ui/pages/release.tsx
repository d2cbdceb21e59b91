import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { resourceName } from '../../contract/resource-name.js';
import { uuid } from '../../contract/schemas.js';
import { mayCall } from '../../features/services.js';
import { Page, type Viewer } from '../page.js';
import { Answer, type Explained, STEP_TONES, type Step } from '../parts/answer.js';
import { type Approval, Approvals } from '../parts/approvals.js';
import { Badge, Done, Empty, Missing, More, Outside, Panel, Short, Time } from '../parts/basics.js';
import { projectName } from '../parts/deployments.js';
import { type Evidence, EvidenceTable } from '../parts/evidence.js';
import { type Finding, Findings } from '../parts/findings.js';
import { type BreakGlass, Glasses } from '../parts/glasses.js';
import { Rules } from '../parts/rules.js';
import { getPage, type Visit } from '../route.js';
import { en } from '../texts/en.js';
import { CURSOR, isPerson, namesOf, type Tools } from '../tools.js';

type Services = Tools['services'];
type Listed<Item> = { readonly items: readonly Item[]; readonly next?: string };
type Release = Awaited<ReturnType<Services['getRelease']>>;
type Entry = Awaited<ReturnType<Services['getTimeline']>>['items'][number];

const SHOWN = 50;
const TIMELINE = 20;

const params = Type.Object({ id: uuid() });
const query = Type.Object({
  environment: Type.Optional(resourceName('Environment', 'production')),
  severity: Type.Optional(Type.String({ pattern: '^(critical|high|medium|low)$' })),
  after: CURSOR,
  before: Type.Optional(uuid()),
  done: Type.Optional(Type.String({ maxLength: 20 })),
});
type ReleaseVisit = Visit<Static<typeof params>, Static<typeof query>>;

/** What the page shows. A part that the viewer may not read is undefined. */
interface Model {
  readonly viewer: Viewer;
  readonly release: Release;
  readonly project: string;
  readonly steps: readonly Step[] | undefined;
  readonly step: Step | undefined;
  readonly explained: Explained | undefined;
  readonly evidence: Listed<Evidence> | undefined;
  readonly findings: Listed<Finding> | undefined;
  readonly approvals: Listed<Approval> | undefined;
  readonly timeline: Listed<Entry> | undefined;
  readonly query: Static<typeof query>;
  readonly mayDecide: boolean;
  readonly mayBreak: boolean;
  readonly glasses: readonly BreakGlass[];
  readonly now: Date;
}

const STATE_TONES = { open: 'info', sealed: 'good', revoked: 'bad' } as const;

const Facts = ({ release }: { release: Release }) => {
  const { commit, branch, createdBy, createdAt, links, authors, notes } = release;
  return (
    <>
      <dl class="facts">
        <div>
          <dt>{en.releases.commit}</dt>
          <dd>
            <Short of={commit} />
          </dd>
        </div>
        {branch !== null && (
          <div>
            <dt>{en.releases.branch}</dt>
            <dd>{branch}</dd>
          </div>
        )}
        {authors.length > 0 && (
          <div>
            <dt>{en.releases.authors}</dt>
            <dd>{authors.join(', ')}</dd>
          </div>
        )}
        <div>
          <dt>{en.releases.registered}</dt>
          <dd>
            <Time at={createdAt} /> {en.environments.by(createdBy)}
          </dd>
        </div>
        {links.length > 0 && (
          <div>
            <dt>{en.releases.links}</dt>
            <dd>
              {links.map(({ title, url }) => (
                <span class="spaced" key={`${title} ${url}`}>
                  <Outside url={url}>{title}</Outside>
                </span>
              ))}
            </dd>
          </div>
        )}
      </dl>
      {notes !== null && notes !== '' && <p class="notes">{notes}</p>}
    </>
  );
};

const Tabs = ({ release, steps, step }: Model) =>
  steps === undefined || steps.length < 2 ? null : (
    <nav class="tabs" aria-label={en.environments.title}>
      {steps.map((one) => (
        <a
          key={one.environment}
          href={`/ui/releases/${release.id}?environment=${one.environment}`}
          aria-current={one.environment === step?.environment ? 'page' : undefined}
        >
          {one.environment}{' '}
          <Badge tone={STEP_TONES[one.state]}>{en.answer.states[one.state]}</Badge>
        </a>
      ))}
    </nav>
  );

const Decision = ({ release, step, explained, steps, mayDecide, mayBreak }: Model) => {
  if (steps === undefined) return <Missing scope="verdicts:read" />;
  if (step === undefined || explained === undefined) return <Empty>{en.environments.none}</Empty>;
  const { environment, state } = step;
  const denying = explained.results.filter(({ denies }) => denies);
  const asks = denying.length > 0 && denying.every(({ rule }) => rule === 'approvals');
  const path = `/ui/releases/${release.id}/decide?environment=${environment}`;
  return (
    <>
      <Answer
        version={release.version}
        environment={environment}
        explained={explained}
        state={state}
        decide={mayDecide && asks ? path : undefined}
      />
      <Panel id="rules" title={en.rules.title(environment)}>
        {explained.results.length === 0 ? (
          <Empty>{en.rules.none}</Empty>
        ) : (
          <Rules results={explained.results} place={{ release: release.id, environment }} />
        )}
        {mayBreak && denying.length > 0 && !explained.breakGlass && (
          <p>
            <a href={`/ui/releases/${release.id}/break-glass?environment=${environment}`}>
              {en.glass.link}
            </a>
          </p>
        )}
      </Panel>
    </>
  );
};

const Timeline = ({ timeline, base }: { timeline: Listed<Entry>; base: string }) =>
  timeline.items.length === 0 ? (
    <Empty>{en.timeline.none}</Empty>
  ) : (
    <>
      <ol class="timeline">
        {timeline.items.map(({ id, time, text, type, data }) => (
          <li key={id} class={type === 'verdict.decided' ? String(data.decision) : undefined}>
            <Time at={time} />
            <span>{text}</span>
          </li>
        ))}
      </ol>
      <More href={timeline.next && `${base}&before=${timeline.next}#timeline`} />
    </>
  );

const ReleaseView = (model: Model) => {
  const { viewer, release, project, evidence, findings, approvals, timeline, now, step, glasses } =
    model;
  const base = `/ui/releases/${release.id}?${step ? `environment=${step.environment}` : 'all'}`;
  const { severity, done } = model.query;
  const filtered = severity === undefined ? base : `${base}&severity=${severity}`;
  return (
    <Page title={`${project} ${release.version}`} viewer={viewer} here="projects">
      <p class="crumbs">
        <a href="/ui/projects">{en.projects.title}</a> /{' '}
        <a href={`/ui/projects/${release.projectId}`}>{project}</a>
      </p>
      <div class="page-head">
        <h1>
          {project} {release.version}{' '}
          <Badge tone={STATE_TONES[release.state]}>{en.releases.states[release.state]}</Badge>
        </h1>
        {release.revokedReason !== null && (
          <p class="notice bad">{en.releases.revoked(release.revokedBy, release.revokedReason)}</p>
        )}
        <Facts release={release} />
      </div>
      <Done what={done} />
      <Tabs {...model} />
      {glasses.length > 0 && (
        <Panel id="glasses" title={en.environments.brokenGlass}>
          <Glasses items={glasses} names={new Map([[release.projectId, project]])} />
        </Panel>
      )}
      <Decision {...model} />
      <Panel id="evidence" title={en.evidence.title}>
        {evidence === undefined && <Missing scope="evidence:read" />}
        {evidence?.items.length === 0 && <Empty>{en.evidence.none}</Empty>}
        {evidence && evidence.items.length > 0 && (
          <>
            <EvidenceTable items={evidence.items} now={now} />
            <p class="more">
              <a href={`/ui/releases/${release.id}/components`}>{en.components.link}</a>
            </p>
          </>
        )}
      </Panel>
      {findings && (
        <Panel id="findings" title={en.findings.title}>
          <Findings
            items={findings.items}
            base={base}
            severity={severity}
            next={findings.next && `${filtered}&after=${findings.next}#findings`}
          />
        </Panel>
      )}
      <Panel id="approvals" title={en.approvals.title}>
        {approvals === undefined && <Missing scope="approvals:read" />}
        {approvals?.items.length === 0 && <Empty>{en.approvals.none}</Empty>}
        {approvals && approvals.items.length > 0 && <Approvals items={approvals.items} />}
      </Panel>
      <Panel id="timeline" title={en.timeline.title}>
        {timeline ? <Timeline timeline={timeline} base={base} /> : <Missing scope="events:read" />}
      </Panel>
    </Page>
  );
};

/** The environment that the viewer asks about, or the first in which the release does not run. */
const chosen = (steps: readonly Step[], name: string | undefined): Step | undefined =>
  name === undefined
    ? (steps.find(({ state }) => state !== 'running') ?? steps.at(-1))
    : steps.find(({ environment }) => environment === name);

async function modelOf({ services }: Tools, visit: ReleaseVisit): Promise<Model> {
  const {
    context,
    viewer,
    waiting,
    params: { id },
    query: asked,
  } = visit;
  const release = await services.getRelease(context, id);
  const may = (operation: Parameters<typeof mayCall>[1]) =>
    mayCall(context, operation, release.projectId);
  const reads = may('getReleaseReadiness');
  const all = reads ? await services.getReleaseReadiness(context, id, {}, waiting) : undefined;
  const { environment, severity, after, before } = asked;
  const steps = all?.environments;
  const known = steps && chosen(steps, environment);
  // An environment beyond the first ones, or one that does not exist.
  const [other] =
    steps && environment !== undefined && !known
      ? (await services.getReleaseReadiness(context, id, { environment }, waiting)).environments
      : [];
  const step = known ?? other;
  const explained = step && (await services.explainRelease(context, id, step.environment, waiting));
  const findings = {
    limit: SHOWN,
    ...(severity && { severity: [severity as 'high'] }),
    cursor: after,
  };
  const names = await namesOf(services, context, [release.projectId]);
  return {
    ...{ viewer, release, steps, step, explained, query: asked, now: new Date() },
    project: projectName(names, release.projectId),
    evidence: may('listEvidence')
      ? await services.listEvidence(context, id, { limit: 100, status: 'current' })
      : undefined,
    findings: may('listFindings') ? await services.listFindings(context, id, findings) : undefined,
    approvals: may('listApprovals')
      ? await services.listApprovals(context, id, { limit: SHOWN })
      : undefined,
    timeline: may('getTimeline')
      ? await services.getTimeline(context, id, { limit: TIMELINE, cursor: before })
      : undefined,
    glasses: may('listBreakGlass')
      ? (await services.listBreakGlass(context, { release: id, limit: 10 })).items
      : [],
    mayBreak: isPerson({ viewer, context }) && may('createBreakGlass'),
    mayDecide: isPerson({ viewer, context }) && may('createApproval') && may('getDecisionBrief'),
  };
}

export function releasePages(app: FastifyInstance, tools: Tools): void {
  getPage(app, '/releases/:id', { params, query }, async (visit) =>
    ReleaseView(await modelOf(tools, visit)),
  );
}
