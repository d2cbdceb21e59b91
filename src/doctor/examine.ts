import type { Config } from '../config/config.js';
import { rootCause } from '../database/errors.js';
import { checkBackup } from './backup.js';
import { checkClock } from './clock.js';
import { checkConfiguration } from './configuration.js';
import { checkDatabase } from './database.js';
import { checkDisk } from './disk.js';
import { type Finding, type Line, lineOf, unknown } from './finding.js';
import { checkJobs } from './jobs.js';
import { lookAtKeys } from './keys.js';
import { checkLog } from './log.js';
import { checkMigrations } from './migrations.js';
import { type Connected, openPatient } from './patient.js';
import { checkRole } from './role.js';
import { lookAtServer } from './server.js';
import { checkSignIn } from './sign-in.js';
import { checkTraces } from './traces.js';
import { checkWebhooks } from './webhooks.js';
import { checkWorkers } from './workers.js';

/** The checks, in the order of their lines. A check that could not be made has a line as well. */
export const CHECKS = [
  'configuration',
  'server',
  'database',
  'role',
  'migrations',
  'keys',
  'log',
  'clock',
  'disk',
  'workers',
  'jobs',
  'sign-in',
  'webhooks',
  'traces',
  'backup',
] as const;
type Name = (typeof CHECKS)[number];

export interface ExamineOptions {
  readonly jobNames: readonly string[];
  readonly backups?: string | undefined;
  /** Called with each line, as soon as it is there. */
  report(line: Line): void;
}

/** Makes all checks, one after the other. A check that throws is unknown, and the others go on. */
export async function examine(config: Config, options: ExamineOptions): Promise<Line[]> {
  const lines: Line[] = [];
  const check = async (name: Name, look: () => Finding[] | Promise<Finding[]>) => {
    const findings = await Promise.resolve()
      .then(look)
      .catch((error: unknown) => [unknown(`not known: ${rootCause(error)}`)]);
    const line = lineOf(name, findings);
    lines.push(line);
    options.report(line);
  };
  await check('configuration', () => checkConfiguration(config));
  const server = await lookAtServer(config);
  await check('server', () => server.findings);
  const patient = await openPatient(config);
  try {
    const { database } = patient;
    const keys = await lookAtKeys(patient);
    const connected = (look: (to: Connected) => Promise<Finding[]>) => () =>
      'client' in database ? look(database) : [unknown('the database is not reachable')];
    await check('database', () => checkDatabase(database));
    await check('role', connected(checkRole));
    await check('migrations', connected(checkMigrations));
    await check('keys', () => keys.findings);
    await check(
      'log',
      connected((to) => checkLog(to, keys)),
    );
    await check('clock', connected(checkClock));
    await check('disk', () => checkDisk(config));
    await check('workers', () => checkWorkers(config));
    await check(
      'jobs',
      connected((to) => checkJobs(to, options.jobNames, server)),
    );
    await check('sign-in', () => checkSignIn(config));
    await check(
      'webhooks',
      connected((to) => checkWebhooks(to, keys)),
    );
    await check('traces', () => checkTraces(config));
    await check('backup', () => checkBackup(config, options.backups));
    return lines;
  } finally {
    await patient.close();
  }
}
