import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { uuid } from '../../contract/schemas.js';
import { mayCall, type PageServices } from '../../features/services.js';
import { Page, type Viewer } from '../page.js';
import { Badge, Command, Panel, Time } from '../parts/basics.js';
import { Rules } from '../parts/rules.js';
import { getPage } from '../route.js';
import { en } from '../texts/en.js';
import { namesOf, type Tools } from '../tools.js';

type Verdict = Awaited<ReturnType<PageServices['getVerdict']>>;

/** Inputs of thousands of reports have megabytes. A page shows as much as a person reads. */
const MAX_INPUTS = 30_000;

interface Props {
  readonly viewer: Viewer;
  readonly verdict: Verdict;
  readonly id: string;
  readonly project: string;
  readonly version: string | undefined;
}

const Inputs = ({ verdict }: { verdict: Verdict }) => {
  const text = JSON.stringify(verdict.inputs, null, 2);
  return (
    <Panel id="inputs" title={en.verdict.inputs}>
      <p>{en.verdict.inputsAbout}</p>
      {text.length > MAX_INPUTS ? (
        <p class="empty">{en.verdict.tooLong}</p>
      ) : (
        <details>
          <summary>{en.verdict.showInputs}</summary>
          <pre>{text}</pre>
        </details>
      )}
    </Panel>
  );
};

const Proof = ({ id, releaseId }: { id: string; releaseId: string }) => {
  const curl = 'curl --fail -H "Authorization: Bearer $SRP_TOKEN"';
  return (
    <Panel id="proof" title={en.verdict.proof}>
      <p>{en.verdict.proofAbout}</p>
      <Command>{`${curl} -o pack.tar "$SRP_URL/releases/${releaseId}/audit-pack"`}</Command>
      <Command>{'tar -xf pack.tar verify.mjs && node verify.mjs pack.tar'}</Command>
      <p class="hint">{en.verdict.proofAlone}</p>
      <Command>{`${curl} "$SRP_URL/verdicts/${id}/proof"`}</Command>
    </Panel>
  );
};

const VerdictView = ({ viewer, verdict, id, project, version }: Props) => {
  const { releaseId, environment, decision, results, overrides = [], breakGlass } = verdict;
  const release = version === undefined ? en.verdict.aRelease : `${project} ${version}`;
  return (
    <Page title={en.verdict.title(release, environment)} viewer={viewer}>
      <p class="crumbs">
        <a href={`/ui/releases/${releaseId}?environment=${environment}`}>{release}</a> /{' '}
        <a href={`/ui/environments/${environment}`}>{environment}</a>
      </p>
      <div class="page-head">
        <h1>{en.verdict.title(release, environment)}</h1>
      </div>
      <section class={`answer ${decision === 'allow' ? 'good' : 'bad'}`} aria-labelledby="answer">
        <h2 id="answer">
          {en.verdict.decided[decision]}{' '}
          {breakGlass && <Badge tone="bad">{en.answer.broken}</Badge>}
        </h2>
        <p>
          {en.verdict.at} <Time at={verdict.evaluatedAt} /> {en.verdict.asked(verdict.createdBy)}
        </p>
        <p>
          {verdict.decidedAt === null ? (
            en.verdict.holdsNot
          ) : (
            <>
              {en.verdict.holds} <Time at={verdict.decidedAt} />.
            </>
          )}
        </p>
        {overrides.length > 0 && (
          <>
            <p>{en.answer.overrides}</p>
            <ul class="plain-list">
              {overrides.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </>
        )}
        <dl class="facts">
          <div>
            <dt>{en.verdict.verdictHash}</dt>
            <dd>
              <code>{verdict.verdictHash}</code>
            </dd>
          </div>
          <div>
            <dt>{en.verdict.inputsHash}</dt>
            <dd>
              <code>{verdict.inputsHash}</code>
            </dd>
          </div>
          <div>
            <dt>{en.verdict.engine}</dt>
            <dd>{verdict.engine}</dd>
          </div>
        </dl>
      </section>
      <Panel id="rules" title={en.verdict.rules}>
        <Rules results={results} />
      </Panel>
      <Inputs verdict={verdict} />
      <Proof id={id} releaseId={releaseId} />
    </Page>
  );
};

export function verdictPage(app: FastifyInstance, { services }: Tools): void {
  const params = Type.Object({ id: uuid() });
  getPage(app, '/verdicts/:id', { params }, async ({ context, viewer, params: { id } }) => {
    const verdict = await services.getVerdict(context, id);
    const names = await namesOf(services, context, [verdict.projectId]);
    const project = names.get(verdict.projectId) ?? en.shell.project(verdict.projectId);
    const sees = mayCall(context, 'getRelease');
    const release = sees ? await services.getRelease(context, verdict.releaseId) : undefined;
    return VerdictView({ viewer, verdict, id, project, version: release?.version });
  });
}
