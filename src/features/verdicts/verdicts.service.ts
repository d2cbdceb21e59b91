import { projectsFor } from '../../access/caller.js';
import { reachable } from '../../access/reachable.js';
import { mapPage, type Page, pageById, pageOf } from '../../contract/page.js';
import { decodePosition, encodePosition, NEWEST, type Order } from '../../contract/position.js';
import { boundsOf, timeRange } from '../../contract/time-range.js';
import { type CallContext, query } from '../../database/context.js';
import { AppError, type FieldError, invalid, invalidAt } from '../../shared/app-error.js';
import { ensureRequested } from '../approvals/index.js';
import { requireProject, requireReach } from '../projects/index.js';
import { releaseNotFound, requireReleaseRef } from '../releases/index.js';
import type { PolicyVersions, Question } from './collect.js';
import { FIND_RELEASES, FIND_RELEASES_AMONG, MAX_RELEASES } from './collect.sql.js';
import { decide } from './decide.js';
import { type Settled, settle } from './holding.js';
import type { LargeDecisions, Waiting } from './large-decisions.js';
import { verdictNotFound } from './record.js';
import { SEARCH_VERDICTS, SEARCH_VERDICTS_AMONG } from './search.sql.js';
import { summaryOf } from './summary.js';
import {
  type Broken,
  brokenBy,
  brokenTogether,
  type DecidedVerdict,
  denialOf,
  type FreshVerdict,
  SHOWN,
  shownResults,
  toStoredVerdict,
  toVerdict,
  withHash,
} from './verdict.js';
import type {
  AssertQuery,
  CreateVerdict,
  ListVerdictsQuery,
  SearchVerdictsQuery,
  StoredVerdict,
  SummaryQuery,
  Verdict,
} from './verdicts.schemas.js';

const environmentNotFound = (name: string) =>
  new AppError(
    'environment-not-found',
    `Environment ${name} does not exist. Create it: POST /environments`,
  );

/** Checks that each requested version was evaluated. @throws {AppError} `validation-failed` */
function checkVersions(versions: PolicyVersions, { policies }: FreshVerdict): void {
  const errors = Object.entries(versions).flatMap(([name, version]): FieldError[] => {
    const evaluated = policies.find((policy) => policy.name === name);
    if (evaluated && evaluated.sha256 !== null) return [];
    const message = `does not exist: policy ${name} in version ${version}`;
    return [{ in: 'body', pointer: `/policyVersions/${name}`, message }];
  });
  if (errors.length > 0) throw invalid(errors);
}

const MAX_AHEAD_MS = 366 * 86_400_000;

/** The time of `asOf`, in milliseconds since 1970. @throws {AppError} `validation-failed` */
function timeOf({ asOf, dryRun }: CreateVerdict, now: Date): number | undefined {
  if (asOf === undefined) return undefined;
  if (!dryRun) {
    const message = 'must be absent unless dryRun is true: a verdict is about the present';
    throw invalidAt('body', '/asOf', message);
  }
  const time = Date.parse(asOf);
  if (!(time >= now.getTime() && time <= now.getTime() + MAX_AHEAD_MS)) {
    throw invalidAt('body', '/asOf', 'must be a date-time from now to 366 days from now');
  }
  return time;
}

const intentOf = (intent: 'ordinary' | 'rollback') => (intent === 'rollback' ? intent : undefined);

/** Advice for a digest that no artifact has as its own. */
const OWN_DIGEST =
  'If it is another digest of an artifact, such as an index, ask with the own digest of the artifact, or with release';

const BY_TIME: Order = ['instant', 'uuid'];

interface FoundRelease {
  readonly id: string;
  readonly projectId: number;
  readonly projectName: string;
}

/** Checks the project of a release that was not looked up before. It throws if the caller may not ask about it. */
type Admit = (projectId: number) => void;

/** @throws {AppError} `release-not-found`, `validation-failed` */
const admission =
  ({ caller }: CallContext, project: number | undefined): Admit =>
  (projectId) => {
    reachable({ projectId }, caller, 'verdicts:read', releaseNotFound);
    if (project === undefined || project === projectId) return;
    throw invalidAt('query', '/project', 'is not the project of the release');
  };

/** Names of projects for messages, if the releases are of several. */
function projectNames(releases: readonly FoundRelease[]): ReadonlyMap<number, string> {
  const names = new Map(releases.map(({ projectId, projectName }) => [projectId, projectName]));
  return names.size > 1 ? names : new Map();
}

/** The verdicts of releases that may all go. */
interface Allowed extends Broken {
  readonly verdicts: readonly DecidedVerdict[];
  /** Of the only release, if the server knows its external address. */
  readonly page?: string;
}

/** The address of the page of a release. undefined: the server does not know its external address. */
const webPage = (
  publicUrl: string | undefined,
  { releaseId, environment }: Pick<DecidedVerdict, 'releaseId' | 'environment'>,
) =>
  publicUrl === undefined
    ? undefined
    : `${publicUrl.replace(/\/$/, '')}/ui/releases/${releaseId}?environment=${environment}`;

export type VerdictsService = ReturnType<typeof verdictsService>;

/**
 * Verdicts. Each call evaluates the current state.
 * @param onSettled called for each decision that may be stored
 * @param publicUrl external address of this server, for links to pages
 */
export function verdictsService(
  large: LargeDecisions,
  onSettled: (settled: Settled) => void,
  publicUrl?: string,
) {
  async function decideNow(
    context: CallContext,
    question: Question,
    waiting: Waiting,
    admit?: Admit,
  ): Promise<FreshVerdict> {
    const { releaseId, environment } = question;
    const decided = await decide(context, question, large, waiting, admit);
    if (!decided) {
      // Its project was not checked yet, and whether a release exists is told only to who may see it.
      admit?.((await requireReleaseRef(context, 'verdicts:read', releaseId)).projectId);
      throw environmentNotFound(environment);
    }
    const { judged, ...rest } = decided;
    const { limits, ...judgement } = judged;
    const asked = { askedAt: judged.evaluatedAt, askedBy: context.caller.subject };
    return {
      ...judgement,
      ...limits,
      results: shownResults(judged.results),
      ...brokenBy(judged),
      id: null,
      releaseId,
      environment,
      createdBy: asked.askedBy,
      ...{ decidedAt: null, decidedBy: null },
      ...asked,
      ...rest,
    };
  }

  /** Decides, and stores what changes. */
  async function decideAndSettle(
    context: CallContext,
    question: Question,
    waiting: Waiting,
    admit?: Admit,
  ) {
    const settled = await settle(context, question, () =>
      decideNow(context, question, waiting, admit),
    );
    onSettled(settled);
    return settled;
  }

  /**
   * Finds the releases of an assertion about an artifact.
   * @throws {AppError} `artifact-not-found`, `validation-failed`
   */
  async function releasesWith(context: CallContext, { sha256, project }: AssertQuery) {
    const reached = projectsFor(context.caller, 'verdicts:read');
    const own = project === undefined ? reached : [project];
    const among = own?.filter((id) => reached === null || reached.includes(id));
    const digest = sha256?.toLowerCase();
    const rows = among
      ? await query<FoundRelease>(context, FIND_RELEASES_AMONG, [digest, among])
      : await query<FoundRelease>(context, FIND_RELEASES, [digest]);
    if (rows.length === 0) {
      throw new AppError(
        'artifact-not-found',
        `No release has an artifact ${digest}. ${OWN_DIGEST}`,
      );
    }
    if (rows.length > MAX_RELEASES) {
      const message = `must be in at most ${MAX_RELEASES} releases: add project, or ask with release`;
      throw invalidAt('query', '/sha256', message);
    }
    return rows;
  }

  return {
    /**
     * Decides now. Stores the verdict unless it is a dry run, or one with the same inputs exists.
     * @throws {AppError} `release-not-found`, `environment-not-found`, `validation-failed`, `decision-too-large`
     */
    async create(context: CallContext, releaseId: string, input: CreateVerdict, waiting: Waiting) {
      const { environment, dryRun, policyVersions } = input;
      if (policyVersions && !dryRun) {
        const message = 'must be absent unless dryRun is true: the environment names its policies';
        throw invalidAt('body', '/policyVersions', message);
      }
      const { id, now } = await requireReleaseRef(context, 'verdicts:write', releaseId);
      const asOf = timeOf(input, now);
      const intent = intentOf(input.intent);
      const question = { releaseId: id, environment, versions: policyVersions, intent, asOf };
      if (!dryRun) {
        const { verdict, isNew } = await decideAndSettle(context, question, waiting);
        return { ...verdict, isNew };
      }
      const verdict = await decideNow(context, question, waiting);
      if (policyVersions) checkVersions(policyVersions, verdict);
      return { ...withHash(verdict), isNew: false };
    },

    /**
     * Returns the verdicts if each release may go to the environment, or throws.
     * @throws {AppError} `release-denied` with the reasons; `release-not-found`, `artifact-not-found`,
     * `environment-not-found`, `decision-too-large`
     */
    async assert(context: CallContext, request: AssertQuery, waiting: Waiting): Promise<Allowed> {
      const { release, sha256 } = request;
      if ((release === undefined) === (sha256 === undefined)) {
        const message = release
          ? 'must be absent if sha256 is given'
          : 'is required unless sha256 is given';
        throw invalidAt('query', '/release', message);
      }
      const verdicts: DecidedVerdict[] = [];
      // A single release is read once, with the inputs of its verdict.
      const releases = release === undefined ? await releasesWith(context, request) : [];
      const admit = release === undefined ? undefined : admission(context, request.project);
      const ids = release === undefined ? releases.map(({ id }) => id) : [release.toLowerCase()];
      for (const releaseId of ids) {
        const { environment } = request;
        const question = { releaseId, environment, intent: intentOf(request.intent) };
        verdicts.push((await decideAndSettle(context, question, waiting, admit)).verdict);
      }
      const names = projectNames(releases);
      if (verdicts.every(({ decision }) => decision === 'allow')) {
        const [only, ...others] = verdicts;
        const page = only && others.length === 0 ? webPage(publicUrl, only) : undefined;
        return {
          ...(page !== undefined && { page }),
          verdicts,
          ...brokenTogether(verdicts, names),
        };
      }
      for (const verdict of verdicts) await ensureRequested(context, verdict);
      const denied = verdicts.find(({ decision }) => decision === 'deny');
      const page = denied && webPage(publicUrl, denied);
      const members = denialOf(request.environment, verdicts, names, page);
      throw new AppError('release-denied', members.reasons.join('; '), { members });
    },

    /**
     * Decides as `assert` does, for people to read. It does not request approvals.
     * @throws {AppError} `release-not-found`, `environment-not-found`, `decision-too-large`
     */
    async summary(
      context: CallContext,
      releaseId: string,
      { environment, intent }: SummaryQuery,
      waiting: Waiting,
    ): Promise<string> {
      const question = {
        releaseId: releaseId.toLowerCase(),
        environment,
        intent: intentOf(intent),
      };
      const admit = admission(context, undefined);
      const { verdict } = await decideAndSettle(context, question, waiting, admit);
      const { reasons, nextSteps } = denialOf(environment, [verdict], new Map());
      const { overrides = [] } = brokenTogether([verdict], new Map());
      const { version, decision, id: verdictId } = verdict;
      const page = webPage(publicUrl, verdict);
      const said = { version, environment, intent, decision, reasons, nextSteps, overrides };
      return summaryOf({ ...said, verdictId, page });
    },

    /**
     * Decides about a release that the caller may deploy, and stores what changes.
     * @throws {AppError} `environment-not-found`, `decision-too-large`
     */
    async judge(context: CallContext, question: Question, waiting: Waiting) {
      return (await decideAndSettle(context, question, waiting)).verdict;
    },

    /** Decides without storing anything. @throws {AppError} `environment-not-found`, `decision-too-large` */
    async tryOut(context: CallContext, question: Question, waiting: Waiting) {
      return withHash(await decideNow(context, question, waiting));
    },

    /** Returns a verdict with its inputs. @throws {AppError} `verdict-not-found` */
    async get({ caller, prisma }: CallContext, id: string): Promise<StoredVerdict> {
      const row = await prisma.verdict.findUnique({ where: { id }, include: SHOWN.include });
      return toStoredVerdict(reachable(row, caller, 'verdicts:read', verdictNotFound));
    },

    /** Lists the newest first. @throws {AppError} `release-not-found` */
    async list(context: CallContext, releaseId: string, request: ListVerdictsQuery) {
      const { limit, cursor, environment, decision } = request;
      const { from, to } = timeRange(request);
      const { id, projectId } = await requireReleaseRef(context, 'verdicts:read', releaseId);
      const rows = await context.prisma.verdict.findMany({
        where: {
          projectId,
          releaseId: id,
          ...(environment !== undefined && { environmentName: environment }),
          ...(decision !== undefined && { decision }),
          evaluatedAt: { ...(from && { gte: from }), ...(to && { lt: to }) },
          ...(cursor !== undefined && { id: { lt: cursor } }),
        },
        orderBy: { id: 'desc' },
        take: limit + 1,
        ...SHOWN,
      });
      return mapPage(pageById(rows, limit), toVerdict);
    },

    /** Lists the newest of all projects that the caller reaches first. @throws {AppError} `project-not-found` */
    async search(context: CallContext, request: SearchVerdictsQuery): Promise<Page<Verdict>> {
      const { limit, cursor, environment = null, decision, project } = request;
      if (project !== undefined) requireReach(context.caller, 'verdicts:read', project);
      const among =
        project === undefined ? projectsFor(context.caller, 'verdicts:read') : [project];
      const decisions = decision === undefined ? ['allow', 'deny'] : [decision];
      const before = decodePosition(BY_TIME, cursor) ?? NEWEST;
      const values = [
        environment,
        decisions,
        ...boundsOf(timeRange(request)),
        ...before,
        limit + 1,
      ];
      const found = among
        ? await query<{ id: string }>(context, SEARCH_VERDICTS_AMONG, [...values, among])
        : await query<{ id: string }>(context, SEARCH_VERDICTS, values);
      if (found.length === 0 && project !== undefined) await requireProject(context, project);
      const rows = await context.prisma.verdict.findMany({
        where: { id: { in: found.map(({ id }) => id) } },
        orderBy: [{ evaluatedAt: 'desc' }, { id: 'desc' }],
        ...SHOWN,
      });
      const position = ({ evaluatedAt, id }: (typeof rows)[number]) =>
        encodePosition([evaluatedAt.toISOString(), id]);
      return mapPage(pageOf(rows, limit, position), toVerdict);
    },
  };
}
