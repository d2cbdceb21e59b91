import { hasScope, type Projects, projectsFor, reaches } from '../access/caller.js';
import type { Scope } from '../access/scopes.js';
import type { BuildInfo } from '../config/build-info.js';
import type { Config } from '../config/config.js';
import type { CallContext, Place } from '../database/context.js';
import { checkBody } from '../platform/validation.js';
import { AppError } from '../shared/app-error.js';
import { CreateApproval } from './approvals/approvals.schemas.js';
import { approvalsService } from './approvals/approvals.service.js';
import { attestationsService } from './attestations/attestations.service.js';
import { packService } from './attestations/pack.service.js';
import { CreateBreakGlass, ReviewBreakGlass } from './break-glass/break-glass.schemas.js';
import { breakGlassService } from './break-glass/break-glass.service.js';
import { countOpening } from './break-glass/openings.js';
import { reviewsService } from './break-glass/reviews.service.js';
import { deploymentsService } from './environments/deployments.service.js';
import { requireEnvironment } from './environments/environment.js';
import { environmentsService } from './environments/environments.service.js';
import { runningFindingsService } from './environments/running-findings.service.js';
import { statusService } from './environments/status.service.js';
import { CreateEnvironmentStop, ResumeEnvironment } from './environments/stops.schemas.js';
import { stopsService } from './environments/stops.service.js';
import { evidenceService } from './evidence/evidence.service.js';
import { documentStore } from './evidence/index.js';
import { inventoryService } from './inventory/inventory.service.js';
import { policiesService } from './policies/policies.service.js';
import { projectsService } from './projects/projects.service.js';
import { artifactsService } from './releases/artifacts.service.js';
import { releasesService } from './releases/releases.service.js';
import { versionsOf } from './releases/versions.js';
import { sessionsService } from './sessions/sessions.service.js';
import { timelineService } from './timeline/timeline.service.js';
import { eventsService } from './transparency/events.service.js';
import { logService, type Transparency } from './transparency/index.js';
import type { VerdictsService, Waiting } from './verdicts/index.js';
import { AssertQuery } from './verdicts/verdicts.schemas.js';
import { RevokeWaiver } from './waivers/waivers.schemas.js';
import { waiversService } from './waivers/waivers.service.js';

/** The scope of each operation that pages use. A test compares them with the document of the API. */
export const PAGE_SCOPES = {
  listEnvironments: 'environments:read',
  getEnvironment: 'environments:read',
  getEnvironmentStatus: 'environments:read',
  searchDeployments: 'deployments:read',
  countDeployments: 'deployments:read',
  listRunningFindings: 'evidence:read',
  listBreakGlass: 'deployments:read',
  getBreakGlass: 'deployments:read',
  createBreakGlass: 'deployments:break-glass',
  confirmBreakGlass: 'deployments:break-glass',
  endBreakGlass: 'deployments:break-glass',
  reviewBreakGlass: 'approvals:write',
  assertRelease: 'verdicts:read',
  stopEnvironment: 'environments:stop',
  resumeEnvironment: 'environments:resume',
  listProjects: 'projects:read',
  getProject: 'projects:read',
  listReleases: 'releases:read',
  getRelease: 'releases:read',
  listArtifacts: 'releases:read',
  findArtifact: 'releases:read',
  getReleaseReadiness: 'verdicts:read',
  listVerdicts: 'verdicts:read',
  searchVerdicts: 'verdicts:read',
  getVerdict: 'verdicts:read',
  getVerdictProof: 'verdicts:read',
  getLogKeys: 'log:read',
  getAuditPack: 'audit:read',
  listEvidence: 'evidence:read',
  getReleaseSummary: 'evidence:read',
  listFindings: 'evidence:read',
  listComponents: 'evidence:read',
  findFindings: 'evidence:read',
  findComponents: 'evidence:read',
  listApprovals: 'approvals:read',
  getDecisionBrief: 'approvals:read',
  createApproval: 'approvals:write',
  listInbox: 'approvals:read',
  listWaivers: 'waivers:read',
  listEndingWaivers: 'waivers:read',
  getWaiver: 'waivers:read',
  approveWaiver: 'waivers:approve',
  revokeWaiver: 'waivers:approve',
  getTimeline: 'events:read',
  listEvents: 'events:read',
  listPolicies: 'policies:read',
  getPolicy: 'policies:read',
} as const satisfies Record<string, Scope>;

type Operation = keyof typeof PAGE_SCOPES;

/** Whether the caller has the scope of the operation, for this project or for any. */
export const mayCall = (
  { caller }: Pick<CallContext, 'caller'>,
  operation: Operation,
  project?: number,
): boolean =>
  project === undefined
    ? hasScope(caller, PAGE_SCOPES[operation])
    : reaches(caller, PAGE_SCOPES[operation], project);

/** The projects for which the caller has the scope of the operation. */
export const reachOf = ({ caller }: Pick<CallContext, 'caller'>, operation: Operation): Projects =>
  projectsFor(caller, PAGE_SCOPES[operation]);

/** The method of a service, for callers with the scope that its route requires. */
function guarded<Arguments extends unknown[], Result>(
  operation: Operation,
  call: (context: CallContext, ...rest: Arguments) => Promise<Result>,
) {
  return async (context: CallContext, ...rest: Arguments): Promise<Result> => {
    if (mayCall(context, operation)) return call(context, ...rest);
    const detail = `This needs the scope ${PAGE_SCOPES[operation]}`;
    throw new AppError('insufficient-scope', detail);
  };
}

/** The id of the verdict that a denial is about. undefined: nothing was stored. */
function deniedBy(error: unknown): string | undefined {
  if (!(error instanceof AppError) || error.code !== 'release-denied') return undefined;
  const [verdict] = error.members.verdicts as readonly { id: string | null }[];
  return verdict?.id ?? undefined;
}

/** What the application shares with its pages. */
export interface PageDependencies {
  readonly config: Config;
  readonly build: BuildInfo;
  readonly database: Place;
  readonly verdicts: VerdictsService;
  readonly transparency?: Transparency | undefined;
}

export type PageServices = ReturnType<typeof pageServices>;

/**
 * What pages may call: services as the routes call them, each method behind the scope of its route. A service checks by
 * itself which projects the caller reaches.
 */
export function pageServices(dependencies: PageDependencies) {
  const { config, build, database, verdicts, transparency } = dependencies;
  const { keys, sequencer } = transparency ?? {};
  const environments = environmentsService();
  const status = statusService(verdicts);
  const deployments = deploymentsService(verdicts, () => {});
  const running = runningFindingsService();
  const policies = policiesService();
  const events = eventsService();
  const stops = stopsService();
  const projects = projectsService();
  const releases = releasesService();
  const artifacts = artifactsService();
  const evidence = evidenceService(documentStore());
  const inventory = inventoryService();
  const timeline = timelineService();
  const waivers = waiversService();
  const approvals = approvalsService;
  const breakGlass = breakGlassService(countOpening(database.store));
  const log = logService({ store: database.store, keys, sequencer });
  const attestations = attestationsService({ log, keys, version: build.version });
  const packs = packService({ log, attestations, documents: documentStore() });
  return {
    listEnvironments: guarded('listEnvironments', environments.list),
    // Without what runs there: the status has it.
    getEnvironment: guarded('getEnvironment', requireEnvironment),
    getEnvironmentStatus: guarded('getEnvironmentStatus', status.get),
    searchDeployments: guarded('searchDeployments', deployments.search),
    countDeployments: guarded('countDeployments', deployments.weeks),
    listRunningFindings: guarded('listRunningFindings', running.list),
    listBreakGlass: guarded('listBreakGlass', reviewsService.list),
    getBreakGlass: guarded('getBreakGlass', reviewsService.get),
    createBreakGlass: guarded('createBreakGlass', (context, releaseId: string, input: unknown) =>
      breakGlass.create(context, releaseId, checkBody(CreateBreakGlass, input)),
    ),
    confirmBreakGlass: guarded('confirmBreakGlass', breakGlass.confirm),
    endBreakGlass: guarded('endBreakGlass', breakGlass.end),
    reviewBreakGlass: guarded('reviewBreakGlass', (context, id: string, input: unknown) =>
      reviewsService.review(context, id, checkBody(ReviewBreakGlass, input)),
    ),
    /** Asks the gate, which stores its answer. @returns the id of the verdict, also of a denial */
    askRollback: guarded(
      'assertRelease',
      async (context, release: string, environment: string, waiting: Waiting) => {
        const question = { release, environment, intent: 'rollback' };
        try {
          const asked = checkBody(AssertQuery, question);
          const { verdicts: allowed } = await verdicts.assert(context, asked, waiting);
          return allowed[0]?.id ?? undefined;
        } catch (error) {
          const id = deniedBy(error);
          if (id === undefined) throw error;
          return id;
        }
      },
    ),
    /** Stops the line, unless the caller has stopped it so for this reason: a form can be sent twice. */
    stopEnvironment: guarded('stopEnvironment', (context, name: string, input: unknown) =>
      stops.stop(context, name, checkBody(CreateEnvironmentStop, input), { once: true }),
    ),
    resumeEnvironment: guarded('resumeEnvironment', (context, name: string, input: unknown) =>
      stops.resume(context, name, checkBody(ResumeEnvironment, input)),
    ),
    listProjects: guarded('listProjects', projects.list),
    getProject: guarded('getProject', projects.get),
    projectNames: guarded('getProject', projects.names),
    listReleases: guarded('listReleases', releases.list),
    getRelease: guarded('getRelease', releases.get),
    releaseVersions: guarded('getRelease', versionsOf),
    listArtifacts: guarded('listArtifacts', artifacts.list),
    findArtifact: guarded('findArtifact', artifacts.findByDigest),
    getReleaseReadiness: guarded('getReleaseReadiness', status.readiness),
    explainRelease: guarded('getReleaseReadiness', status.explain),
    listVerdicts: guarded('listVerdicts', verdicts.list),
    searchVerdicts: guarded('searchVerdicts', verdicts.search),
    getVerdict: guarded('getVerdict', verdicts.get),
    getVerdictProof: guarded('getVerdictProof', attestations.proof),
    getLogKeys: config.LOG_PUBLIC ? () => log.keys() : guarded('getLogKeys', () => log.keys()),
    getAuditPack: guarded('getAuditPack', packs.create),
    listEvidence: guarded('listEvidence', evidence.list),
    getReleaseSummary: guarded('getReleaseSummary', inventory.summary),
    listFindings: guarded('listFindings', inventory.findings),
    listComponents: guarded('listComponents', inventory.components),
    findFindings: guarded('findFindings', inventory.findFindings),
    findComponents: guarded('findComponents', inventory.findComponents),
    listApprovals: guarded('listApprovals', approvals.list),
    getDecisionBrief: guarded('getDecisionBrief', approvals.brief),
    createApproval: guarded(
      'createApproval',
      (context, releaseId: string, input: unknown, waiting: Waiting) =>
        approvals.give(context, releaseId, [checkBody(CreateApproval, input)], () => '', waiting),
    ),
    listInbox: guarded('listInbox', approvals.inbox),
    listWaivers: guarded('listWaivers', waivers.list),
    listEndingWaivers: guarded('listEndingWaivers', waivers.ending),
    getWaiver: guarded('getWaiver', waivers.get),
    approveWaiver: guarded('approveWaiver', waivers.approve),
    revokeWaiver: guarded('revokeWaiver', (context, id: string, input: unknown) =>
      waivers.revoke(context, id, checkBody(RevokeWaiver, input).reason),
    ),
    getTimeline: guarded('getTimeline', timeline.list),
    listEvents: guarded('listEvents', events.list),
    listPolicies: guarded('listPolicies', policies.list),
    getPolicy: guarded('getPolicy', policies.get),
    signOut: sessionsService.signOut,
  };
}
