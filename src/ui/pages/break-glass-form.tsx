import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { resourceName } from '../../contract/resource-name.js';
import { uuid } from '../../contract/schemas.js';
import { mayCall } from '../../features/services.js';
import { AntiForgery, Page, type Viewer } from '../page.js';
import { Empty, Missing, Panel } from '../parts/basics.js';
import { projectName } from '../parts/deployments.js';
import { type Results, Rules } from '../parts/rules.js';
import { getPage, postForm } from '../route.js';
import { en } from '../texts/en.js';
import { denialsOf, isPerson, namesOf, type Tools } from '../tools.js';

const DEFAULT_MINUTES = 60;
/** The API has the same limit. */
const MAX_MINUTES = 240;

interface Props {
  readonly viewer: Viewer;
  readonly id: string;
  readonly release: string;
  readonly environment: string;
  /** What denies the release now. undefined: the viewer may not read it. */
  readonly denials: Results | undefined;
  readonly mayBreak: boolean;
}

const Form = ({ viewer, id, environment }: Props) => (
  <form method="post" action={`/ui/releases/${id}/break-glass`} class="stack">
    <AntiForgery viewer={viewer} />
    <input type="hidden" name="environment" value={environment} />
    <p class="hint">{en.glass.breakHint(environment)}</p>
    <label>
      {en.glass.why}
      <input name="reason" required maxLength={500} autoComplete="off" />
    </label>
    <label>
      {en.glass.minutes(MAX_MINUTES)}
      <input
        type="number"
        name="minutes"
        required
        min={1}
        max={MAX_MINUTES}
        value={DEFAULT_MINUTES}
      />
    </label>
    <label class="check">
      <input type="checkbox" name="force" value="yes" />
      {en.glass.force}
    </label>
    <p class="actions">
      <button type="submit" class="danger">
        {en.glass.break}
      </button>
    </p>
  </form>
);

const FormView = (props: Props) => {
  const { viewer, id, release, environment, denials, mayBreak } = props;
  const title = en.glass.breakTitle(release, environment);
  return (
    <Page title={title} viewer={viewer}>
      <p class="crumbs">
        <a href={`/ui/releases/${id}?environment=${environment}`}>{release}</a> /{' '}
        <a href={`/ui/environments/${environment}`}>{environment}</a>
      </p>
      <div class="page-head">
        <h1>{title}</h1>
        <p class="lead">
          {en.glass.first}{' '}
          <a href={`/ui/environments/${environment}#rollback`}>{en.rollback.title}</a>
        </p>
      </div>
      <Panel id="denials" title={en.glass.overrides}>
        {denials === undefined && <Missing scope="verdicts:read" />}
        {denials?.length === 0 && <Empty>{en.glass.noDenials}</Empty>}
        {denials && denials.length > 0 && <Rules results={denials} />}
      </Panel>
      <Panel id="break" title={en.glass.break}>
        {mayBreak ? <Form {...props} /> : <Empty>{en.glass.mayNotBreak}</Empty>}
      </Panel>
    </Page>
  );
};

const params = Type.Object({ id: uuid() });

/** The form that breaks the glass for a release, beside what it overrides. */
export function breakGlassFormPages(app: FastifyInstance, { services }: Tools): void {
  const query = Type.Object({ environment: resourceName('Environment', 'production') });
  getPage(app, '/releases/:id/break-glass', { params, query }, async (visit) => {
    const { context, viewer } = visit;
    const { id } = visit.params;
    const { environment } = visit.query;
    const release = await services.getRelease(context, id);
    const { projectId } = release;
    const denials = await denialsOf(services, visit, { projectId, releaseId: id }, environment);
    const names = await namesOf(services, context, [projectId]);
    const project = projectName(names, projectId);
    const mayBreak = isPerson(visit) && mayCall(context, 'createBreakGlass', projectId);
    const name = `${project} ${release.version}`;
    return FormView({ viewer, id, release: name, environment, denials, mayBreak });
  });

  postForm(app, '/releases/:id/break-glass', { params }, async (visit, form) => {
    const { environment, reason = '', minutes = '', force } = form;
    const input = {
      ...{ environment, reason: reason.trim() },
      // Another text is refused, and named in the answer.
      minutes: /^\d{1,9}$/.test(minutes) ? Number(minutes) : minutes,
      force: force === 'yes',
    };
    const { breakGlass } = await services.createBreakGlass(visit.context, visit.params.id, input);
    return `/ui/break-glass/${breakGlass.id}?done=${input.force ? 'asked' : 'broken'}`;
  });
}
