import { signInSettings } from '../../config/sign-in.js';
import type { Feature } from '../../platform/feature.js';
import { identityProvider } from '../../security/sign-in/provider.js';
import { meRoutes } from './me.routes.js';
import { sessionsJob } from './session-job.js';
import { Me } from './sessions.schemas.js';
import { sessionsService } from './sessions.service.js';
import { signInRoutes } from './sign-in.routes.js';

/** People sign in at the identity provider, and sign out. */
export const sessions: Feature = {
  tag: {
    name: 'sessions',
    description: 'Signing in at the identity provider, and who the caller is',
  },
  jobs: [sessionsJob],
  async plugin(app, { config }) {
    const settings = signInSettings(config);
    const parts = settings && { settings, provider: identityProvider(settings) };
    app.addSchema(Me);
    await app.register(signInRoutes, { sessions: sessionsService, parts });
    await app.register(meRoutes, { sessions: sessionsService, settings });
  },
};
