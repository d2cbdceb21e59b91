import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { uuid } from '../../contract/schemas.js';
import { mayCall, type PageServices } from '../../features/services.js';
import { AppError } from '../../shared/app-error.js';
import { Page, type Viewer } from '../page.js';
import { Badge, Command, Overrides, Panel, Time } from '../parts/basics.js';
import { projectName } from '../parts/deployments.js';
import { Proof, type ProofProps } from '../parts/proof.js';
import { Rules } from '../parts/rules.js';
import { getPage } from '../route.js';
import { en } from '../texts/en.js';
import { type CallContext, namesOf, type Tools } from '../tools.js';

type Verdict = Awaited<ReturnType<PageServices['getVerdict']>>;

/** Inputs of thousands of reports have megabytes. A page shows as much as a person reads. */
const MAX_INPUTS = 30_000;

interface Props {
  readonly viewer: Viewer;
  readonly verdict: Verdict;
  readonly id: string;
  readonly project: string;
  readonly version: string | undefined;
  /** Whether the viewer asked for a rollback a moment ago. */
  readonly isRollback: boolean;
  readonly proof: Pick<ProofProps, 'keys' | 'mayPack'>;
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

/** What a rollback needs next. A question that was judged as an ordinary one says so. */
const Rollback = ({ verdict, isAsked }: { verdict: Verdict; isAsked: boolean }) => {
  const { decision, environment, releaseId, inputs } = verdict;
  const isRollback = inputs.rollback?.target === 'ran';
  if (!isRollback) return isAsked ? <p>{en.rollback.judgedOrdinary}</p> : null;
  const record = `curl --fail -H "Authorization: Bearer $SRP_TOKEN" -H 'content-type: application/json' \\
  "$SRP_URL/environments/${environment}/deployments" -d '{"releaseId":"${releaseId}"}'`;
  return (
    <>
      <p>{en.rollback.asked}</p>
      {isAsked && decision === 'allow' && (
        <>
          <p>{en.rollback.next}</p>
          <Command>{record}</Command>
        </>
      )}
    </>
  );
};

const VerdictView = ({ viewer, verdict, id, project, version, isRollback, proof }: Props) => {
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
        <Rollback verdict={verdict} isAsked={isRollback} />
        <Overrides of={overrides} />
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
      <Proof {...{ viewer, id, verdict }} {...proof} />
    </Page>
  );
};

/** Keys of the log. A part of them that cannot be read is said on the page: without keys, no signature is verified. */
async function logKeysOf(
  services: PageServices,
  context: CallContext,
): Promise<ProofProps['keys']> {
  try {
    return (await services.getLogKeys(context)).log.map(({ vkey }) => vkey);
  } catch (error) {
    if (error instanceof AppError && error.code === 'log-off') return 'off';
    if (error instanceof AppError && error.code === 'insufficient-scope') return 'hidden';
    throw error;
  }
}

export function verdictPage(app: FastifyInstance, { services }: Tools): void {
  const params = Type.Object({ id: uuid() });
  const query = Type.Object({ asked: Type.Optional(Type.String({ maxLength: 20 })) });
  getPage(app, '/verdicts/:id', { params, query }, async (visit) => {
    const { context, viewer } = visit;
    const { id } = visit.params;
    const isRollback = visit.query.asked === 'rollback';
    const verdict = await services.getVerdict(context, id);
    const names = await namesOf(services, context, [verdict.projectId]);
    const project = projectName(names, verdict.projectId);
    const sees = mayCall(context, 'getRelease', verdict.projectId);
    const release = sees ? await services.getRelease(context, verdict.releaseId) : undefined;
    const proof = {
      keys: await logKeysOf(services, context),
      mayPack: mayCall(context, 'getAuditPack', verdict.projectId),
    };
    const { version } = release ?? {};
    return VerdictView({ viewer, verdict, id, project, version, isRollback, proof });
  });
}
