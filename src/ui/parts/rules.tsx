import type { PageServices } from '../../features/services.js';
import { en } from '../texts/en.js';
import { Badge, Command, type Tone } from './basics.js';
import { commandsIn, type Place, partsOf } from './commands.js';

export type Results = Awaited<ReturnType<PageServices['explainRelease']>>['results'];
type Result = Results[number];

type Mark = 'pass' | 'deny' | 'warn' | 'overridden';

function markOf({ status, denies, overridden }: Result): Mark {
  if (overridden) return 'overridden';
  if (denies) return 'deny';
  return status === 'pass' ? 'pass' : 'warn';
}

const TONES: Record<Mark, Tone> = { pass: 'good', deny: 'bad', warn: 'warn', overridden: 'bad' };
const SIGNS: Record<Mark, string> = { pass: '✓', deny: '✗', warn: '!', overridden: '✗' };

const Rule = ({ result, place }: { result: Result; place: Place | undefined }) => {
  const { rule, policy, policyVersion, message, findings } = result;
  const mark = markOf(result);
  const { found, next } = mark === 'pass' ? { found: message, next: '' } : partsOf(message);
  const commands = place && mark !== 'pass' ? commandsIn(message, place) : [];
  return (
    <li class={`rule ${mark}`}>
      <span class="sign" aria-hidden="true">
        {SIGNS[mark]}
      </span>
      <div>
        <div class="rule-head">
          <strong>{rule}</strong>
          <Badge tone={TONES[mark]}>{en.rules.marks[mark]}</Badge>
          {result.status === 'not-evidenced' && <Badge tone="quiet">{en.rules.notEvidenced}</Badge>}
          {result.status === 'error' && <Badge tone="bad">{en.rules.error}</Badge>}
          <span class="push quiet">
            {policy === null ? en.rules.always : en.rules.of(policy, policyVersion)}
          </span>
        </div>
        <p>{found}</p>
        {next !== '' && (
          <p class="next">
            <span class="arrow" aria-hidden="true">
              →{' '}
            </span>
            {next}
          </p>
        )}
        {commands.map((command) => (
          <Command key={command}>{command}</Command>
        ))}
        {findings.length > 0 && (
          <details>
            <summary>{en.rules.findings(findings.length)}</summary>
            <ul class="plain-list">
              {findings.map((one) => (
                <li key={one.fingerprint}>
                  <Severity of={one.severity} /> <strong>{one.rule}</strong>{' '}
                  {one.packageName ?? one.location ?? ''} {one.packageVersion ?? ''}
                  {one.fixedVersion !== null && (
                    <span class="quiet"> {en.findings.fixedIn(one.fixedVersion)}</span>
                  )}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </li>
  );
};

const SEVERITY_TONES: Readonly<Record<string, Tone>> = {
  critical: 'bad',
  high: 'bad',
  medium: 'warn',
  low: 'info',
};

export const Severity = ({ of }: { of: string }) => (
  <Badge tone={SEVERITY_TONES[of] ?? 'quiet'}>{of}</Badge>
);

const ORDER: readonly Mark[] = ['deny', 'overridden', 'warn', 'pass'];

/** Rules as a checklist, what denies first. @param place absent: what was decided, without next steps */
export const Rules = ({ results, place }: { results: Results; place?: Place | undefined }) => {
  const sorted = [...results].sort((a, b) => ORDER.indexOf(markOf(a)) - ORDER.indexOf(markOf(b)));
  return (
    <ul class="rules">
      {sorted.map((result, index) => (
        <Rule key={`${result.policy} ${result.rule} ${index}`} result={result} place={place} />
      ))}
    </ul>
  );
};
