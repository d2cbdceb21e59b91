import { parseArgs } from 'node:util';
import { jobs } from './app.js';
import { readBuildInfo } from './config/build-info.js';
import { authMode, type Config, ConfigError, loadConfig, loadDotEnv } from './config/config.js';
import { signInSettings } from './config/sign-in.js';
import { CHECKS, examine } from './doctor/examine.js';
import { fail, type Line, lineOf, unknown, worstOf } from './doctor/finding.js';
import { CLEAN_JOB, SEND_JOB } from './features/webhooks/index.js';

/** `npm run doctor`: looks at everything that a server needs, and says what to do next. */
const USAGE = `usage: npm run -s doctor -- [--json] [--backups FOLDER]

Looks at the configuration, the database, the keys and the log, the disk, the jobs and what the server reaches.
A line each: ok, warn, fail or unknown, what it found, and the next step. It changes no row and no file.
In the container, use node dist/doctor.js instead of npm run -s doctor --.

  --json             one JSON object instead of lines: docs/operations.md#doctor
  --backups FOLDER   where backups or dumps are (default: backups beside EMBEDDED_PG_DIR; none with DATABASE_URL)

The server can run or not. The command uses its database and its keys: DATABASE_URL and SIGNING_KEYS_DIR from the
environment or .env, or the embedded database. If that does not run, the command starts it and stops it again.

Exit code: 0 no check fails; 1 one fails; 2 the options are not valid, and the error output has the reason.
`;

const OPTIONS = {
  json: { type: 'boolean' },
  backups: { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** The version of what `--json` writes. It increments if a field is removed or changes its meaning. */
const FORMAT = 1;

const jobNames = [...jobs.map(({ name }) => name), SEND_JOB, CLEAN_JOB];

function textOf({ check, status, found, next }: Line): string {
  const step = next === null ? '' : `. Next: ${next}`;
  return `${status.padEnd(7)}  ${check.padEnd(13)}  ${found}${step}\n`;
}

/** @throws {ConfigError} for what stops a start */
function configured(): Config {
  loadDotEnv();
  const config = loadConfig();
  authMode(config);
  signInSettings(config);
  return config;
}

/** The lines of a configuration with which no server starts. */
function notConfigured(error: unknown): Line[] {
  if (!(error instanceof ConfigError)) throw error;
  return CHECKS.map((name) =>
    name === 'configuration'
      ? lineOf(name, [fail(error.message, 'correct it in the environment or in .env')])
      : lineOf(name, [unknown('the configuration is not valid')]),
  );
}

async function linesOf(backups: string | undefined, report: (line: Line) => void) {
  let config: Config;
  try {
    config = configured();
  } catch (error) {
    const lines = notConfigured(error);
    for (const line of lines) report(line);
    return lines;
  }
  return examine(config, { jobNames, backups, report });
}

async function run(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const lines = await linesOf(values.backups, (line) => {
    if (!values.json) process.stdout.write(textOf(line));
  });
  const status = worstOf(lines);
  if (values.json) {
    const { version, commit } = readBuildInfo();
    const report = { format: FORMAT, at: new Date().toISOString(), version, commit, status };
    process.stdout.write(`${JSON.stringify({ ...report, checks: lines }, null, 2)}\n`);
  }
  return status === 'fail' ? 1 : 0;
}

// Such as with `| head`: nobody reads on.
process.stdout.on('error', () => process.exit(2));
try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`doctor: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
