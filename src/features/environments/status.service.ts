import { inProjects, projectsFor } from '../../access/caller.js';
import { databaseNow } from '../../database/clock.js';
import { type CallContext, query } from '../../database/context.js';
import { BREAK_GLASS_VOID, type VerdictInputs } from '../../engine/index.js';
import { scheduleAt } from '../../vocabulary/windows.js';
import { requireProject, requireReach } from '../projects/index.js';
import { requireReleaseRef } from '../releases/index.js';
import { type VerdictsService, type Waiting, withIds } from '../verdicts/index.js';
import { RUNNING } from './deployments.sql.js';
import { requireEnvironment } from './environment.js';
import { runningIn } from './running.js';
import { soakOf } from './soak.js';
import {
  type EnvironmentReadiness,
  MAX_READINESS,
  MAX_SHOWN,
  type Readiness,
  type ReadinessQuery,
  type StatusQuery,
} from './status.schemas.js';
import { toStop } from './stops.service.js';
import { timesOf, toWindow } from './window.js';
import { MAX_WINDOWS } from './windows.schemas.js';

const dateOf = (time: number | null) => (time === null ? null : new Date(time));

type Decided = Awaited<ReturnType<VerdictsService['tryOut']>>;
type Promoted = NonNullable<VerdictInputs['promoted']>;

/** The inputs can have megabytes, so they are written only if a rule asks where the release ran. */
function promotedOf({ results, inputsJson }: Decided): Promoted {
  if (!results.some(({ rule }) => rule === 'promoted')) return [];
  const { promoted = [] } = JSON.parse(inputsJson()) as Pick<VerdictInputs, 'promoted'>;
  return promoted;
}

/**
 * When all that `promoted` asks for is met, if it is only a matter of time. undefined: the release must run elsewhere
 * first.
 */
function soaksUntil(promoted: Promoted): Date | undefined {
  const missing = promoted.filter(({ state }) => state !== 'met');
  const ends = missing.flatMap(({ until }) => (until === null ? [] : Date.parse(until)));
  if (ends.length === 0 || ends.length < missing.length) return undefined;
  return new Date(Math.max(...ends));
}

/** Built-in rules that deny only for a time. */
const OF_TIME: ReadonlySet<string> = new Set(['frozen', 'outside-change-window', 'stopped']);

/** Whether the result says why something else denies: it is no reason of its own. */
const isNote = ({ policy, rule }: Decided['results'][number]) =>
  policy === null && rule === BREAK_GLASS_VOID;

function nextStep(verdict: Decided, environment: string): EnvironmentReadiness {
  const { decision, results, opensAt, validUntil } = verdict;
  const denying = results.filter(({ denies }) => denies);
  const said = (one: (typeof denying)[number]) => withIds(one.message, verdict, one);
  const reasons = denying.map((one) => `${one.rule}: ${said(one)}`);
  const promoted = promotedOf(verdict);
  const soak = soakOf(promoted, verdict.askedAt);
  if (decision === 'allow') {
    const broken = verdict.breakGlass ? 'The glass is broken. ' : '';
    const next = `${broken}Deploy it, and record it: POST /environments/${environment}/deployments`;
    return { environment, state: 'allowed', until: validUntil, reasons, next, soak };
  }
  const others = denying.filter(
    (one) => !isNote(one) && (one.policy !== null || !OF_TIME.has(one.rule)),
  );
  const [first] = others;
  if (first) {
    const isOfOrder = ({ rule }: (typeof others)[number]) => rule === 'promoted';
    const soaks = others.some(isOfOrder) ? soaksUntil(promoted) : undefined;
    // People can still answer, unless one of them rejected the release.
    const waits = others.every((one) =>
      isOfOrder(one)
        ? soaks !== undefined
        : one.rule === 'approvals' &&
          (one.approvals ?? []).every(({ state }) => state !== 'rejects'),
    );
    const state = waits ? 'waiting' : 'denied';
    const until = waits ? (soaks ?? null) : null;
    return { environment, state, until, reasons, next: said(first), soak };
  }
  if (denying.some(({ rule }) => rule === 'stopped')) {
    const next = `Wait until a person resumes the line: POST /environments/${environment}/resume`;
    return { environment, state: 'waiting', until: null, reasons, next, soak };
  }
  const when = opensAt === null ? 'until a window opens' : `until ${opensAt.toISOString()}`;
  const next = `Wait ${when}, and ask the gate again: GET /assert`;
  return { environment, state: 'waiting', until: opensAt, reasons, next, soak };
}

/** Break-glasses that are open, of projects for which the caller has `deployments:read`. */
async function openGlasses(
  { caller, prisma }: CallContext,
  environmentName: string,
  project: number | undefined,
  now: Date,
) {
  const rows = await prisma.breakGlass.findMany({
    where: {
      AND: [
        inProjects(projectsFor(caller, 'deployments:read')),
        { environmentName, endedAt: null, endsAt: { gt: now } },
        project === undefined ? {} : { projectId: project },
      ],
    },
    select: {
      ...{ id: true, projectId: true, releaseId: true, force: true, requestedBy: true },
      ...{ endsAt: true, release: { select: { version: true } } },
    },
    orderBy: { id: 'desc' },
    take: MAX_SHOWN,
  });
  return rows.map(({ endsAt, ...row }) => ({ ...row, endsAt: endsAt ?? now }));
}

export type StatusService = ReturnType<typeof statusService>;

/** What runs where, what may go where, and until when. It stores nothing. */
export function statusService(verdicts: VerdictsService) {
  return {
    /**
     * What runs in the environment, and whether it is open. A caller without `deployments:read` for a project does not
     * see what runs of it.
     * @throws {AppError} `environment-not-found`, `project-not-found`
     */
    async get(context: CallContext, environmentName: string, { project }: StatusQuery) {
      const { prisma } = context;
      await requireEnvironment(context, environmentName);
      if (project !== undefined) {
        requireReach(context.caller, 'environments:read', project);
        await requireProject(context, project);
      }
      const now = await databaseNow(context);
      const about = <Row extends { everyProject: boolean; projectIds: number[] }>(row: Row) =>
        row.everyProject || (project !== undefined && row.projectIds.includes(project));
      const shown = (row: Parameters<typeof about>[0]) => project === undefined || about(row);
      const windows = await prisma.environmentWindow.findMany({
        where: { environmentName, endedAt: null },
        orderBy: { id: 'asc' },
        take: MAX_WINDOWS,
      });
      const stops = await prisma.environmentStop.findMany({
        where: {
          ...{ environmentName, resumedAt: null },
          ...(project !== undefined && {
            OR: [{ everyProject: true }, { projectIds: { has: project } }],
          }),
        },
        // Those of every project first: they decide, whatever the number of others is.
        orderBy: [{ everyProject: 'desc' }, { id: 'asc' }],
        take: MAX_SHOWN,
      });
      const schedule = scheduleAt(windows.filter(about).map(timesOf), now.getTime());
      const isStopped = stops.some(about);
      return {
        environment: environmentName,
        isOpen: schedule.isOpen && !isStopped,
        isStopped,
        opensAt: dateOf(schedule.opensAt),
        closesAt: dateOf(schedule.closesAt),
        stops: stops.filter(shown).map(toStop),
        windows: windows.filter(shown).map((row) => toWindow(row, now)),
        breakGlass: await openGlasses(context, environmentName, project, now),
        running: await runningIn(context, environmentName, project),
      };
    },

    /**
     * Decides for each environment, in the order of ranks, without storing it.
     * @throws {AppError} `release-not-found`, `environment-not-found`, `decision-too-large`
     */
    async readiness(
      context: CallContext,
      releaseId: string,
      { environment }: ReadinessQuery,
      waiting: Waiting,
    ): Promise<Readiness> {
      const { id, projectId } = await requireReleaseRef(context, 'verdicts:read', releaseId);
      if (environment !== undefined) await requireEnvironment(context, environment);
      const rows = await context.prisma.environment.findMany({
        ...(environment !== undefined && { where: { name: environment } }),
        select: { name: true },
        orderBy: [{ rank: 'asc' }, { name: 'asc' }],
        take: MAX_READINESS,
      });
      const environments: EnvironmentReadiness[] = [];
      for (const { name } of rows) {
        const [last] = await query<{ id: string }>(context, RUNNING, [
          name,
          projectId - 1,
          [projectId],
          1,
        ]);
        const running =
          last && (await context.prisma.deployment.findUnique({ where: { id: last.id } }));
        const verdict = await verdicts.tryOut(
          context,
          { releaseId: id, environment: name },
          waiting,
        );
        const step = nextStep(verdict, name);
        if (running?.releaseId !== id) environments.push(step);
        else {
          const since = (running.endedAt ?? running.createdAt).toISOString();
          environments.push({
            ...step,
            state: 'running',
            until: null,
            next:
              running.authorization === 'unauthorized'
                ? `It runs there since ${since}, and was not authorized. ${step.next}`
                : `It runs there since ${since}. Nothing is to be done`,
          });
        }
      }
      return { releaseId: id, environments };
    },

    /**
     * Decides for one environment without storing it: the next step, with the result of each rule and what runs there.
     * @throws {AppError} `release-not-found`, `environment-not-found`, `decision-too-large`
     */
    async explain(context: CallContext, releaseId: string, environment: string, waiting: Waiting) {
      const { id, projectId } = await requireReleaseRef(context, 'verdicts:read', releaseId);
      const verdict = await verdicts.tryOut(context, { releaseId: id, environment }, waiting);
      const [running] = await runningIn(context, environment, projectId);
      const { decision, breakGlass = false, overrides = [] } = verdict;
      const { opensAt, validUntil, inputsHash } = verdict;
      const results: Decided['results'] = verdict.results.map((one) => ({
        ...one,
        message: withIds(one.message, verdict, one),
      }));
      return {
        step: nextStep(verdict, environment),
        ...{ decision, results, breakGlass, overrides, opensAt, validUntil, inputsHash },
        running,
      };
    },
  };
}
