import type { PageServices } from '../../features/services.js';
import { en } from '../texts/en.js';
import { Badge, Overrides, Time, type Tone } from './basics.js';

export type Explained = Awaited<ReturnType<PageServices['explainRelease']>>;
export type Step = Awaited<ReturnType<PageServices['getReleaseReadiness']>>['environments'][number];

export const STEP_TONES: Record<Step['state'], Tone> = {
  running: 'info',
  allowed: 'good',
  waiting: 'warn',
  denied: 'bad',
};

/** Who acts next, in one sentence. */
function whoActs({ step, results }: Explained, state: Step['state']): string {
  const denying = results.filter(({ denies }) => denies).map(({ rule }) => rule);
  if (state === 'running') return en.answer.nobodyActs;
  if (state === 'allowed') return en.answer.pipelineActs;
  if (denying.length > 0 && denying.every((rule) => rule === 'approvals'))
    return en.answer.peopleAct;
  if (denying.includes('stopped')) return en.answer.resumerActs;
  if (state === 'waiting') return step.until === null ? en.answer.timeActs : en.answer.clockActs;
  return en.answer.builderActs(denying.filter((rule) => rule !== 'approvals').length);
}

/** How long it ran where it must run first. */
const Soaks = ({ of }: { of: Step['soak'] }) =>
  of.length === 0 ? null : (
    <ul class="plain-list">
      {of.map(({ environment, minimumHours, hours, until }) => (
        <li key={`${environment} ${minimumHours}`}>
          {en.answer.soaked(environment, hours, minimumHours)}
          {until !== null && (
            <>
              {' '}
              {en.answer.soaksUntil} <Time at={until} />
            </>
          )}
        </li>
      ))}
    </ul>
  );

interface Props {
  readonly version: string;
  readonly environment: string;
  readonly explained: Explained;
  readonly state: Step['state'];
  /** The page on which the viewer decides. undefined: it may not, or nobody asks. */
  readonly decide: string | undefined;
}

/** The decision in a sentence, who acts, until when, and one button. */
export const Answer = ({ version, environment, explained, state, decide }: Props) => {
  const { step, running, breakGlass, results, overrides } = explained;
  const denying = results.filter(({ denies }) => denies).length;
  return (
    <section class={`answer ${STEP_TONES[state]}`} aria-labelledby="answer">
      <h2 id="answer">
        {en.answer.sentence[state](version, environment)}
        {breakGlass && (
          <>
            {' '}
            <Badge tone="bad">{en.answer.broken}</Badge>
          </>
        )}
      </h2>
      <p>
        {whoActs(explained, state)}
        {step.until !== null && (
          <>
            {' '}
            {state === 'allowed' ? en.answer.holdsUntil : en.answer.opensAt}{' '}
            <Time at={step.until} />.
          </>
        )}
      </p>
      <Soaks of={step.soak} />
      <Overrides of={overrides} />
      {state !== 'running' && (
        <p class="quiet">
          {running ? (
            <>
              {en.answer.runs(environment)}{' '}
              <a href={`/ui/releases/${running.releaseId}?environment=${environment}`}>
                {running.release.version}
              </a>
              , {en.answer.since} <Time at={running.endedAt ?? running.createdAt} />.
            </>
          ) : (
            en.answer.nothingRuns(environment)
          )}
        </p>
      )}
      <p class="actions">
        {decide !== undefined && (
          <a class="button primary" href={decide}>
            {en.answer.decide}
          </a>
        )}
        {decide === undefined && denying > 0 && (
          <a class="button" href="#rules">
            {en.answer.showDenials(denying)}
          </a>
        )}
      </p>
    </section>
  );
};
