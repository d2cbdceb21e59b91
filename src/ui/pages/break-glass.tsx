import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { uuid } from '../../contract/schemas.js';
import { mayCall, type PageServices } from '../../features/services.js';
import { AntiForgery, Page, type Viewer } from '../page.js';
import { Badge, Done, Empty, Lines, Panel, Time } from '../parts/basics.js';
import { projectName } from '../parts/deployments.js';
import { glassTone } from '../parts/glasses.js';
import { type Results, Rules } from '../parts/rules.js';
import { getPage, postForm } from '../route.js';
import { en } from '../texts/en.js';
import { denialsOf, isPerson, namesOf, type Tools } from '../tools.js';

type Used = Awaited<ReturnType<PageServices['getBreakGlass']>>;

interface Props {
  readonly viewer: Viewer;
  readonly glass: Used;
  readonly project: string;
  /** What denies the release now. undefined: it is over, or the viewer may not read it. */
  readonly denials: Results | undefined;
  readonly may: { readonly confirm: boolean; readonly end: boolean; readonly review: boolean };
  readonly done: string | undefined;
}

const Summary = ({ glass }: { glass: Used }) => {
  const { reason, minutes, force, requestedBy, requestedAt, confirmedBy, endsAt } = glass;
  const { endedAt, endedBy, confirmUntil, state, reviewDueAt } = glass;
  return (
    <section class="answer bad" aria-labelledby="answer">
      <h2 id="answer">{reason}</h2>
      <p>
        {en.glass.asked(requestedBy, minutes)} <Time at={requestedAt} />.{' '}
        {force ? en.glass.twoPeople(confirmedBy) : en.glass.onePerson}
      </p>
      {state === 'pending' && confirmUntil && (
        <p>
          {en.glass.confirmUntil} <Time at={confirmUntil} />.
        </p>
      )}
      {endsAt && (
        <p>
          {endedAt ? en.glass.endedBy(endedBy) : en.glass.ends} <Time at={endedAt ?? endsAt} />.
        </p>
      )}
      {reviewDueAt && glass.review === null && (
        <p>
          {en.glass.reviewDue} <Time at={reviewDueAt} />.
        </p>
      )}
    </section>
  );
};

const Passed = ({ glass: { openedFor, verdicts, deployments } }: { glass: Used }) => (
  <Panel id="passed" title={en.glass.passed}>
    {openedFor.length > 0 && (
      <div>
        <p>{en.glass.openedFor}</p>
        <Lines of={openedFor} />
      </div>
    )}
    {verdicts.length === 0 && <Empty>{en.glass.passedNothing}</Empty>}
    {verdicts.length > 0 && (
      <ul class="plain-list">
        {verdicts.map((one) => (
          <li key={one.id}>
            <a href={`/ui/verdicts/${one.id}`}>{en.deployments.verdict}</a>{' '}
            <Time at={one.evaluatedAt} />
            {one.overrides.map((line) => (
              <div key={line}>{line}</div>
            ))}
          </li>
        ))}
      </ul>
    )}
    {deployments.length > 0 && (
      <ul class="plain-list">
        {deployments.map((one) => (
          <li key={one.id}>
            {en.glass.deployed(one.createdBy)} <Time at={one.createdAt} />
          </li>
        ))}
      </ul>
    )}
  </Panel>
);

const Review = ({ review }: { review: NonNullable<Used['review']> }) => (
  <Panel id="review" title={en.glass.review}>
    <p class="notes">{review.finding}</p>
    {review.actions.length > 0 && <Lines of={review.actions} />}
    <p class="quiet">
      {en.environments.by(review.reviewedBy)}, <Time at={review.reviewedAt} />
    </p>
    {!review.counts && <p class="notice warn">{en.glass.countsNot}</p>}
  </Panel>
);

const ReviewForm = ({ viewer, id }: { viewer: Viewer; id: string }) => (
  <Panel id="review-form" title={en.glass.reviewTitle}>
    <form method="post" action={`/ui/break-glass/${id}/review`} class="stack">
      <AntiForgery viewer={viewer} />
      <p class="hint">{en.glass.reviewHint}</p>
      <label>
        {en.glass.finding}
        <textarea name="finding" rows={4} required maxLength={5000} />
      </label>
      <label>
        {en.glass.actions}
        <textarea name="actions" rows={3} maxLength={10_000} />
      </label>
      <p class="actions">
        <button type="submit" class="primary">
          {en.glass.reviewButton}
        </button>
      </p>
    </form>
  </Panel>
);

interface ActProps {
  readonly viewer: Viewer;
  readonly id: string;
  readonly act: 'confirm' | 'end';
}

const Act = ({ viewer, id, act }: ActProps) => (
  <Panel id={act} title={en.glass.acting[act].title}>
    <form method="post" action={`/ui/break-glass/${id}/${act}`} class="stack">
      <AntiForgery viewer={viewer} />
      <p class="hint">{en.glass.acting[act].hint}</p>
      <p class="actions">
        <button type="submit" class={act === 'confirm' ? 'danger' : 'primary'}>
          {en.glass.acting[act].button}
        </button>
      </p>
    </form>
  </Panel>
);

const BreakGlassView = ({ viewer, glass, project, denials, may, done }: Props) => {
  const { id, state, environment, releaseId, release, review, next } = glass;
  const title = en.glass.title(`${project} ${release.version}`, environment);
  const isOver = state === 'review' || state === 'overdue';
  return (
    <Page title={title} viewer={viewer} here="inbox">
      <p class="crumbs">
        <a href={`/ui/releases/${releaseId}?environment=${environment}`}>
          {project} {release.version}
        </a>{' '}
        / <a href={`/ui/environments/${environment}`}>{environment}</a>
      </p>
      <div class="page-head">
        <h1>
          {title} <Badge tone={glassTone(state)}>{en.environments.glassStates[state]}</Badge>
        </h1>
      </div>
      <Done what={done} />
      <Summary glass={glass} />
      <p class="notice">{next}</p>
      {denials && (
        <Panel id="denials" title={en.glass.overrides}>
          {denials.length === 0 ? <Empty>{en.glass.noDenials}</Empty> : <Rules results={denials} />}
        </Panel>
      )}
      {state !== 'pending' && state !== 'unconfirmed' && <Passed glass={glass} />}
      {review && <Review review={review} />}
      {state === 'pending' && may.confirm && <Act viewer={viewer} id={id} act="confirm" />}
      {(state === 'pending' || state === 'open') && may.end && (
        <Act viewer={viewer} id={id} act="end" />
      )}
      {isOver && may.review && <ReviewForm viewer={viewer} id={id} />}
      {isOver && !may.review && <Empty>{en.glass.mayNotReview}</Empty>}
    </Page>
  );
};

const params = Type.Object({ id: uuid() });

/** A break-glass: what it lets pass, and the forms that confirm, end and review it. */
export function breakGlassPages(app: FastifyInstance, { services }: Tools): void {
  const query = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) });
  getPage(app, '/break-glass/:id', { params, query }, async (visit) => {
    const { context, viewer } = visit;
    const glass = await services.getBreakGlass(context, visit.params.id);
    const { state, environment, projectId } = glass;
    const isCurrent = state === 'pending' || state === 'open';
    const denials = isCurrent ? await denialsOf(services, visit, glass, environment) : undefined;
    const names = await namesOf(services, context, [projectId]);
    const project = projectName(names, projectId);
    const may = {
      confirm: isPerson(visit) && mayCall(context, 'confirmBreakGlass', projectId),
      end: viewer.antiForgery !== undefined && mayCall(context, 'endBreakGlass', projectId),
      review: isPerson(visit) && mayCall(context, 'reviewBreakGlass', projectId),
    };
    return BreakGlassView({ viewer, glass, project, denials, may, done: visit.query.done });
  });

  postForm(app, '/break-glass/:id/confirm', { params }, async ({ context, params: { id } }) => {
    await services.confirmBreakGlass(context, id);
    return `/ui/break-glass/${id}?done=confirmed`;
  });

  postForm(app, '/break-glass/:id/end', { params }, async ({ context, params: { id } }) => {
    await services.endBreakGlass(context, id);
    return `/ui/break-glass/${id}?done=ended`;
  });

  postForm(app, '/break-glass/:id/review', { params }, async (visit, form) => {
    const { id } = visit.params;
    const { finding = '', actions: text = '' } = form;
    const actions = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    await services.reviewBreakGlass(visit.context, id, { finding, actions });
    return `/ui/break-glass/${id}?done=reviewed`;
  });
}
