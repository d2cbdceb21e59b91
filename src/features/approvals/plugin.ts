import type { Config } from '../../config/config.js';
import { type Place, query } from '../../database/context.js';
import type { Feature } from '../../platform/feature.js';
import { approvalsRoutes } from './approvals.routes.js';
import {
  Approval,
  ApprovalRequest,
  CreateApproval,
  CreateApprovalRequest,
  InboxEntry,
  SeenApproval,
  WithdrawApproval,
} from './approvals.schemas.js';
import { approvalsService } from './approvals.service.js';
import { DecisionBrief } from './brief.schemas.js';
import { REQUESTS_WAITING } from './counted.sql.js';
import { releaseApprovalsRoutes } from './release-approvals.routes.js';
import { remindersJob } from './reminders.js';
import { requestsService } from './requests.service.js';

const SCHEMAS = [
  Approval,
  SeenApproval,
  CreateApproval,
  ApprovalRequest,
  CreateApprovalRequest,
  InboxEntry,
  WithdrawApproval,
  DecisionBrief,
];

interface Dependencies {
  readonly config: Config;
  readonly database: Place;
}

/** People decide: approvals that are bound to what was seen. */
export const approvals: Feature = {
  tag: {
    name: 'approvals',
    description: 'People decide: approvals that are bound to what was seen',
  },
  async plugin(app, { database }: Dependencies) {
    app.pacedGauge(
      {
        name: 'srp_approval_requests_waiting',
        help: 'Requests for approvals that wait, as in the inbox; counted among the newest 2,000 requests',
      },
      async () => (await query<{ count: number }>(database, REQUESTS_WAITING, []))[0]?.count,
    );
    for (const schema of SCHEMAS) app.addSchema(schema);
    const services = { approvals: approvalsService, requests: requestsService };
    await app.register(approvalsRoutes, { prefix: '/approvals', ...services });
    await app.register(releaseApprovalsRoutes, { prefix: '/releases/:id', ...services });
  },
  jobs: [remindersJob],
};
