import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { inspectKeys, KeysError } from '../security/signing/keys.js';
import { inspectWebhookKey } from '../security/signing/webhook-key.js';
import { START } from './commands.js';
import { type Finding, fail, ok, unknown } from './finding.js';
import type { Patient } from './patient.js';

type Inspected = Awaited<ReturnType<typeof inspectKeys>>;

export interface KeysLook {
  readonly findings: Finding[];
  readonly inspected?: Inspected;
  /** Id of the key of webhooks, or null if there is none. undefined: not known. */
  readonly webhookKey?: string | null;
}

const RUNBOOK = 'restore the folder from its backup: docs/runbooks/lost-signing-key.md';

/** Looks at the folder of the private keys, and changes nothing there. */
export async function lookAtKeys({ config, database }: Patient): Promise<KeysLook> {
  const { SIGNING_KEYS_DIR: dir } = config;
  if (dir === undefined) {
    return { findings: [unknown('SIGNING_KEYS_DIR is not set: nothing is signed')] };
  }
  const names = await readdir(dir).catch(() => undefined);
  const isFirst = 'code' in database && database.code === 'NO_DATABASE';
  if (isFirst && (names ?? []).length === 0) {
    return { findings: [unknown(`${dir} is made by the first start`, START)] };
  }
  try {
    const inspected = await inspectKeys(dir);
    const key = await inspectWebhookKey(dir);
    const { log, verdicts } = inspected.keys;
    const numbers = `log key ${log.length}, verdicts key ${verdicts.length}`;
    const found = `${dir}: ${numbers}, signed up to size ${inspected.signed.size}`;
    const isWritable = await access(dir, constants.W_OK).then(
      () => true,
      () => false,
    );
    const findings = [ok(found)];
    if (!isWritable) {
      findings.push(
        fail(`${dir} is not writable for this user`, `chown -R the user of the server ${dir}`),
      );
    }
    return { findings, inspected, webhookKey: key?.id ?? null };
  } catch (error) {
    if (error instanceof KeysError) return { findings: [fail(error.message, RUNBOOK)] };
    throw error;
  }
}
