import type { Feature } from '../../platform/feature.js';
import { tokensRoutes } from './tokens.routes.js';
import { CreatedToken, CreateToken, Token } from './tokens.schemas.js';
import { tokensService } from './tokens.service.js';

/** API tokens, their scopes and the projects they are bound to. */
export const tokens: Feature = {
  tag: { name: 'tokens', description: 'API tokens, their scopes and their projects' },
  async plugin(app) {
    for (const schema of [Token, CreatedToken, CreateToken]) app.addSchema(schema);
    await app.register(tokensRoutes, { prefix: '/tokens', tokens: tokensService() });
  },
};
