import { counted } from '../shared/text.js';
import { START } from './commands.js';
import { type Finding, fail, ok, unknown, warn } from './finding.js';
import { OVERDUE, type Overdue, RUNNING, type RunningJob } from './jobs.sql.js';
import { samplesOf } from './metrics-text.js';
import type { Connected } from './patient.js';
import type { ServerLook } from './server.js';

const LONG_RUN_S = 3600;
const RUNBOOK = 'docs/runbooks/job-stuck.md';

/** `90 s`, `12 min`, `3 h`, `5 days`. */
function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} days`;
}

/** When each job of this instance succeeded last, and which failed since its start. */
function measured({ metrics }: ServerLook): Finding[] {
  if (metrics === undefined) {
    const next = 'set METRICS_PUBLIC=true, or ask srp_job_last_success_timestamp_seconds';
    return [unknown('when a job ran last is in /metrics, which needs a token', next)];
  }
  const now = Date.now() / 1000;
  const last = samplesOf(metrics, 'srp_job_last_success_timestamp_seconds');
  const texts = last.map(({ labels, value }) => `${labels.name} ${span(now - value)} ago`);
  const failures = samplesOf(metrics, 'srp_job_runs_total')
    .filter(({ labels, value }) => labels.outcome === 'failed' && value > 0)
    .map(({ labels, value }) => warn(`${labels.name} failed ${value} times`, RUNBOOK));
  return [
    ...failures,
    ok(texts.length === 0 ? 'no job has run yet' : `last run: ${texts.join(', ')}`),
  ];
}

/** Looks for work that no job did, and for runs that do not end. @param names those of all jobs */
export async function checkJobs(
  { read }: Connected,
  names: readonly string[],
  server: ServerLook,
): Promise<Finding[]> {
  const overdue = await read<Overdue>(OVERDUE, []);
  const running = await read<RunningJob>(RUNNING, [names]);
  const isServed = server.answers !== false;
  const late = overdue.map(({ job, what, seconds }) => {
    const found = `${job} is stuck: ${what} wait for ${span(seconds)}`;
    return isServed ? fail(found, RUNBOOK) : warn(`${found}, and no server runs`, START);
  });
  const long = running
    .filter(({ seconds }) => seconds > LONG_RUN_S)
    .map(({ job, pid, seconds }) =>
      warn(`${job ?? 'a job'} runs for ${span(seconds)} (PostgreSQL process ${pid})`, RUNBOOK),
    );
  const current = ok(`${counted(names.length, 'job')}, ${running.length} running, nothing overdue`);
  const findings = [...late, ...long];
  const seen = server.answers === true ? measured(server) : [];
  return [...(findings.length > 0 ? findings : [current]), ...seen];
}
