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

/** People decide: approvals that are bound to what was seen. */
export const approvals: Feature = {
  tag: {
    name: 'approvals',
    description: 'People decide: approvals that are bound to what was seen',
  },
  async plugin(app) {
    for (const schema of SCHEMAS) app.addSchema(schema);
    const services = { approvals: approvalsService, requests: requestsService };
    await app.register(approvalsRoutes, { prefix: '/approvals', ...services });
    await app.register(releaseApprovalsRoutes, { prefix: '/releases/:id', ...services });
  },
  jobs: [remindersJob],
};
