import type { FastifyError, FastifyPluginAsync } from 'fastify';
import { type PageDependencies, pageServices } from '../features/services.js';
import { explainError } from '../platform/errors.js';
import { assetRoutes } from './assets.js';
import { formParser, typedOf } from './forms.js';
import { auditPackPages } from './pages/audit-pack.js';
import { breakGlassPages } from './pages/break-glass.js';
import { breakGlassFormPages } from './pages/break-glass-form.js';
import { componentsPage } from './pages/components.js';
import { decidePages } from './pages/decide.js';
import { denialsPage } from './pages/denials.js';
import { emergencyPages } from './pages/emergency.js';
import { environmentPage } from './pages/environment.js';
import { environmentPages } from './pages/environments.js';
import { sendRefusal } from './pages/errors.js';
import { homePages } from './pages/home.js';
import { inboxPage } from './pages/inbox.js';
import { policyPages } from './pages/policies.js';
import { projectPages } from './pages/projects.js';
import { releasePages } from './pages/release.js';
import { runningFindingsPage } from './pages/running-findings.js';
import { searchPage } from './pages/search.js';
import { signInPages } from './pages/sign-in.js';
import { verdictPage } from './pages/verdict.js';
import { waiverPages } from './pages/waiver.js';
import { signInWay, type Tools } from './tools.js';

const PAGES = [
  signInPages,
  homePages,
  environmentPages,
  environmentPage,
  runningFindingsPage,
  denialsPage,
  policyPages,
  emergencyPages,
  breakGlassPages,
  breakGlassFormPages,
  releasePages,
  componentsPage,
  projectPages,
  inboxPage,
  decidePages,
  waiverPages,
  verdictPage,
  auditPackPages,
  searchPage,
];

/** Pages for people under `/ui`, rendered on the server. They call services as the routes of the API do. */
const pages: FastifyPluginAsync<PageDependencies> = async (app, dependencies) => {
  const { config } = dependencies;
  const services = pageServices(dependencies);
  const tools: Tools = { config, way: signInWay(config), services };
  formParser(app);
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const problem = explainError(error, request);
    const kept = await typedOf(request).catch(() => []);
    return sendRefusal(tools, problem, { request, reply, kept });
  });
  assetRoutes(app);
  for (const register of PAGES) register(app, tools);
};

export default pages;
