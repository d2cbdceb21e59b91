import { existsSync } from 'node:fs';
import { ROOT } from '../paths.js';

/** The image has no npm and no scripts. */
const IN_IMAGE = !existsSync(new URL('scripts/start.mjs', ROOT));

/** The names of programs in dist/ whose script has another name. */
const SCRIPTS: Readonly<Record<string, string>> = { migrate: 'db:migrate' };

/** The command of another program of this project, as it is written where this one runs. */
export function commandOf(program: 'migrate' | 'log' | 'keys' | 'backup', ...args: string[]) {
  const text = args.join(' ');
  if (IN_IMAGE) return `node dist/${program}.js ${text}`.trimEnd();
  const script = `npm run -s ${SCRIPTS[program] ?? program}`;
  return text === '' ? script : `${script} -- ${text}`;
}

export const START = IN_IMAGE ? 'docker compose up -d api' : 'npm start';
