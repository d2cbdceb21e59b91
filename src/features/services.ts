import { hasScope } from '../access/caller.js';
import type { Scope } from '../access/scopes.js';
import type { CallContext } from '../database/context.js';
import { checkBody } from '../platform/validation.js';
import { AppError } from '../shared/app-error.js';
import { CreateApproval } from './approvals/approvals.schemas.js';
import { approvalsService } from './approvals/approvals.service.js';
import { reviewsService } from './break-glass/reviews.service.js';
import { deploymentsService } from './environments/deployments.service.js';
import { environmentsService } from './environments/environments.service.js';
import { statusService } from './environments/status.service.js';
import { CreateEnvironmentStop, ResumeEnvironment } from './environments/stops.schemas.js';
import { stopsService } from './environments/stops.service.js';
import { evidenceService } from './evidence/evidence.service.js';
import { documentStore } from './evidence/index.js';
import { inventoryService } from './inventory/inventory.service.js';
import { projectsService } from './projects/projects.service.js';
import { artifactsService } from './releases/artifacts.service.js';
import { releasesService } from './releases/releases.service.js';
import { sessionsService } from './sessions/sessions.service.js';
import { timelineService } from './timeline/timeline.service.js';
import type { VerdictsService, Waiting } from './verdicts/index.js';
import { RevokeWaiver } from './waivers/waivers.schemas.js';
import { waiversService } from './waivers/waivers.service.js';

/** The scope of each operation that pages use. A test compares them with the document of the API. */
export const PAGE_SCOPES = {
  listEnvironments: 'environments:read',
  getEnvironment: 'environments:read',
  getEnvironmentStatus: 'environments:read',
  searchDeployments: 'deployments:read',
  listBreakGlass: 'deployments:read',
  stopEnvironment: 'environments:stop',
  listStops: 'environments:read',
  resumeEnvironment: 'environments:resume',
  listProjects: 'projects:read',
  getProject: 'projects:read',
  listReleases: 'releases:read',
  getRelease: 'releases:read',
  listArtifacts: 'releases:read',
  findArtifact: 'releases:read',
  getReleaseReadiness: 'verdicts:read',
  listVerdicts: 'verdicts:read',
  getVerdict: 'verdicts:read',
  listEvidence: 'evidence:read',
  getReleaseSummary: 'evidence:read',
  listFindings: 'evidence:read',
  findFindings: 'evidence:read',
  findComponents: 'evidence:read',
  listApprovals: 'approvals:read',
  getDecisionBrief: 'approvals:read',
  createApproval: 'approvals:write',
  listInbox: 'approvals:read',
  listWaivers: 'waivers:read',
  getWaiver: 'waivers:read',
  approveWaiver: 'waivers:approve',
  revokeWaiver: 'waivers:approve',
  getTimeline: 'events:read',
} as const satisfies Record<string, Scope>;

type Operation = keyof typeof PAGE_SCOPES;

export const mayCall = ({ caller }: Pick<CallContext, 'caller'>, operation: Operation): boolean =>
  hasScope(caller, PAGE_SCOPES[operation]);

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

export type PageServices = ReturnType<typeof pageServices>;

/**
 * What pages may call: services as the routes call them, each method behind the scope of its route. A service checks by
 * itself which projects the caller reaches.
 */
export function pageServices(verdicts: VerdictsService) {
  const environments = environmentsService();
  const status = statusService(verdicts);
  const deployments = deploymentsService(verdicts, () => {});
  const stops = stopsService();
  const projects = projectsService();
  const releases = releasesService();
  const artifacts = artifactsService();
  const evidence = evidenceService(documentStore());
  const inventory = inventoryService();
  const timeline = timelineService();
  const waivers = waiversService();
  const approvals = approvalsService;
  return {
    listEnvironments: guarded('listEnvironments', environments.list),
    getEnvironment: guarded('getEnvironment', environments.get),
    getEnvironmentStatus: guarded('getEnvironmentStatus', status.get),
    searchDeployments: guarded('searchDeployments', deployments.search),
    listBreakGlass: guarded('listBreakGlass', reviewsService.list),
    stopEnvironment: guarded('stopEnvironment', (context, name: string, input: unknown) =>
      stops.stop(context, name, checkBody(CreateEnvironmentStop, input)),
    ),
    listStops: guarded('listStops', stops.list),
    resumeEnvironment: guarded('resumeEnvironment', (context, name: string, input: unknown) =>
      stops.resume(context, name, checkBody(ResumeEnvironment, input)),
    ),
    listProjects: guarded('listProjects', projects.list),
    getProject: guarded('getProject', projects.get),
    projectNames: guarded('getProject', projects.names),
    listReleases: guarded('listReleases', releases.list),
    getRelease: guarded('getRelease', releases.get),
    listArtifacts: guarded('listArtifacts', artifacts.list),
    findArtifact: guarded('findArtifact', artifacts.findByDigest),
    getReleaseReadiness: guarded('getReleaseReadiness', status.readiness),
    explainRelease: guarded('getReleaseReadiness', status.explain),
    listVerdicts: guarded('listVerdicts', verdicts.list),
    getVerdict: guarded('getVerdict', verdicts.get),
    listEvidence: guarded('listEvidence', evidence.list),
    getReleaseSummary: guarded('getReleaseSummary', inventory.summary),
    listFindings: guarded('listFindings', inventory.findings),
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
    getWaiver: guarded('getWaiver', waivers.get),
    approveWaiver: guarded('approveWaiver', waivers.approve),
    revokeWaiver: guarded('revokeWaiver', (context, id: string, input: unknown) =>
      waivers.revoke(context, id, checkBody(RevokeWaiver, input).reason),
    ),
    getTimeline: guarded('getTimeline', timeline.list),
    signOut: sessionsService.signOut,
  };
}
