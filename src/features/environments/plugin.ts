import type { Config } from '../../config/config.js';
import { type Place, query } from '../../database/context.js';
import type { Feature } from '../../platform/feature.js';
import { FoundFinding } from '../inventory/index.js';
import type { VerdictsService } from '../verdicts/index.js';
import { STOPS } from './counted.sql.js';
import { deploymentSearchRoutes, deploymentsRoutes, historyRoutes } from './deployments.routes.js';
import { CreateDeployment, Deployment, DeploymentWeeks } from './deployments.schemas.js';
import { deploymentsService } from './deployments.service.js';
import { environmentsRoutes } from './environments.routes.js';
import {
  CreateEnvironment,
  Environment,
  EnvironmentDetails,
  UpdateEnvironment,
} from './environments.schemas.js';
import { environmentsService } from './environments.service.js';
import { runningFindingsRoutes } from './running-findings.routes.js';
import { runningFindingsService } from './running-findings.service.js';
import { statusRoutes } from './status.routes.js';
import { EnvironmentStatus, Readiness } from './status.schemas.js';
import { statusService } from './status.service.js';
import { stopsRoutes } from './stops.routes.js';
import { CreateEnvironmentStop, EnvironmentStop, ResumeEnvironment } from './stops.schemas.js';
import { stopsService } from './stops.service.js';
import { windowsRoutes } from './windows.routes.js';
import { CreateEnvironmentWindow, EnvironmentWindow } from './windows.schemas.js';
import { windowsService } from './windows.service.js';

const SCHEMAS = [
  Environment,
  EnvironmentDetails,
  CreateEnvironment,
  UpdateEnvironment,
  EnvironmentWindow,
  CreateEnvironmentWindow,
  EnvironmentStop,
  CreateEnvironmentStop,
  ResumeEnvironment,
  Deployment,
  CreateDeployment,
  DeploymentWeeks,
  EnvironmentStatus,
  Readiness,
  FoundFinding,
];

interface Dependencies {
  readonly config: Config;
  readonly database: Place;
  readonly verdicts: VerdictsService;
}

/** Environments, the policies that guard them, and deployments. */
export const environments: Feature = {
  tag: {
    name: 'environments',
    description: 'Places where releases run, the policies that guard them, and deployments',
  },
  async plugin(app, { database, verdicts }: Dependencies) {
    app.pacedGauge(
      {
        name: 'srp_environment_stops',
        help: 'Stops of environments that are in force; counted up to 1,000',
      },
      async () => (await query<{ count: number }>(database, STOPS, []))[0]?.count,
    );
    for (const schema of SCHEMAS) app.addSchema(schema);
    await app.register(environmentsRoutes, {
      prefix: '/environments',
      environments: environmentsService(),
    });
    const windows = windowsService();
    await app.register(windowsRoutes, { prefix: '/environments/:name/windows', windows });
    const stops = stopsService();
    await app.register(stopsRoutes, { prefix: '/environments/:name', stops });
    const recorded = app.counter({
      name: 'srp_deployments_total',
      help: 'New records of deployments by authorization: authorized, rollback, break-glass, unauthorized',
      labelNames: ['authorization'],
    });
    for (const authorization of ['authorized', 'rollback', 'break-glass', 'unauthorized']) {
      recorded.inc({ authorization }, 0);
    }
    const deployments = deploymentsService(verdicts, (authorization) =>
      recorded.inc({ authorization }),
    );
    const prefix = '/environments/:name/deployments';
    await app.register(deploymentsRoutes, { prefix, deployments });
    await app.register(historyRoutes, { prefix: '/environments/:name', deployments });
    await app.register(runningFindingsRoutes, { findings: runningFindingsService() });
    await app.register(statusRoutes, { status: statusService(verdicts) });
    await app.register(deploymentSearchRoutes, { prefix: '/deployments', deployments });
  },
};
