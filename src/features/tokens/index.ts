export { CreateToken, MAX_DAYS, type Token } from './tokens.schemas.js';
export { tokensService } from './tokens.service.js';
