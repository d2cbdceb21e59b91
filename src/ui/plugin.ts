import type { FastifyError, FastifyPluginAsync } from 'fastify';
import type { Config } from '../config/config.js';
import { pageServices } from '../features/services.js';
import { explainError } from '../platform/errors.js';
import { assetRoutes } from './assets.js';
import { formParser, textOf } from './forms.js';
import { decidePages } from './pages/decide.js';
import { environmentPage } from './pages/environment.js';
import { environmentPages } from './pages/environments.js';
import { sendRefusal } from './pages/errors.js';
import { homePages } from './pages/home.js';
import { inboxPage } from './pages/inbox.js';
import { projectPages } from './pages/projects.js';
import { releasePages } from './pages/release.js';
import { searchPage } from './pages/search.js';
import { signInPages } from './pages/sign-in.js';
import { verdictPage } from './pages/verdict.js';
import { waiverPages } from './pages/waiver.js';
import { signInWay, type Tools } from './tools.js';

interface Dependencies {
  readonly config: Config;
  readonly verdicts: Parameters<typeof pageServices>[0];
}

const PAGES = [
  signInPages,
  homePages,
  environmentPages,
  environmentPage,
  releasePages,
  projectPages,
  inboxPage,
  decidePages,
  waiverPages,
  verdictPage,
  searchPage,
];

/** Pages for people under `/ui`, rendered on the server. They call services as the routes of the API do. */
const pages: FastifyPluginAsync<Dependencies> = async (app, { config, verdicts }) => {
  const tools: Tools = { config, way: signInWay(config), services: pageServices(verdicts) };
  formParser(app);
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const problem = explainError(error, request);
    const kept = await textOf(request).catch(() => undefined);
    return sendRefusal(tools, problem, { request, reply, kept });
  });
  assetRoutes(app);
  for (const register of PAGES) register(app, tools);
};

export default pages;
