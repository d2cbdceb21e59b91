import { readFile } from 'node:fs/promises';
import { type CallContext, query } from '../../database/context.js';
import { change } from '../../events/index.js';
import { CODE } from '../../paths.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import type { DocumentStore } from '../evidence/index.js';
import { requireRelease } from '../releases/index.js';
import type { LogService } from '../transparency/index.js';
import type { AttestationsService } from './attestations.service.js';
import {
  approvalFiles,
  documentFiles,
  jsonFile,
  policyFiles,
  rowFiles,
  textFile,
  verdictFiles,
  waiverFiles,
} from './pack.content.js';
import { entryFiles, ISSUED, subjectsOf } from './pack.entries.js';
import { rotationFiles, usedKeys } from './pack.keys.js';
import { packReadme } from './pack.readme.js';
import {
  CHECKPOINT,
  type CheckpointRow,
  ENVELOPES_OF,
  EVIDENCE_OF,
  LAST_CHECKPOINTS,
  LATEST_OF_TYPE,
  POLICIES_OF,
  REMOVED_OF,
  WAIVERS_OF,
} from './pack.sql.js';
import { type PackedFile, type TarFile, tarOf } from './tar.js';

const SCHEMA = 'srp-audit-pack/v2';
const VERIFY = new URL('features/attestations/verify.mjs', CODE);

export interface PackRequest {
  readonly environment?: string;
  readonly size?: number;
  readonly from?: number;
}

/** A pack whose files are read while it is sent. */
export interface AuditPack {
  readonly fileName: string;
  readonly content: AsyncGenerator<Uint8Array>;
}

interface Options {
  readonly log: LogService;
  readonly attestations: AttestationsService;
  readonly documents: DocumentStore;
}

const manifest = (files: readonly PackedFile[]): TarFile => jsonFile('manifest.json', { files });

/**
 * The event that ends a pack says which environment it is about. A pack of the same size about another one would
 * contradict it.
 * @param issued environments of the packs that were issued at the end; empty: the pack ends with another event
 * @throws {AppError} `validation-failed`
 */
function requireIssuedFor(
  environment: string | undefined,
  issued: readonly (string | null)[],
  size: number,
): void {
  if (issued.length === 0 || issued.includes(environment ?? null)) return;
  const [first] = issued;
  const allowed = first === null || first === undefined ? 'be absent' : `be ${first}`;
  const message = `must ${allowed}: the pack of size ${size} was issued so. For another one, leave size out`;
  throw invalidAt('query', '/environment', message);
}

export type PackService = ReturnType<typeof packService>;

/** Audit packs: all that the record has about a release, for somebody who does not trust this server. */
export function packService({ log, attestations, documents }: Options) {
  /** Records that a pack was issued, which ends the release's entries, and waits until the log has that. */
  async function issue(
    context: CallContext,
    id: string,
    projectId: number,
    environment: string | null,
  ) {
    await change(context, async ({ record }) => {
      record(ISSUED, { id, projectId, releaseId: id, data: { environment } });
    });
    await log.settle();
    type Latest = { log: number; index: string };
    const [latest] = await query<Latest>(context, LATEST_OF_TYPE, [id, ISSUED]);
    const [checkpoint] = await query<CheckpointRow>(context, CHECKPOINT, [null]);
    const isIn =
      latest && checkpoint?.log === latest.log && Number(latest.index) < Number(checkpoint.size);
    if (isIn) return checkpoint;
    throw log.notYet();
  }

  async function checkpointOf(context: CallContext, size: number): Promise<CheckpointRow> {
    const [checkpoint] = await query<CheckpointRow>(context, CHECKPOINT, [size]);
    if (checkpoint) return checkpoint;
    const detail = `No checkpoint of size ${size} was signed. Take the size of a checkpoint, or leave size out`;
    throw new AppError('not-in-log', detail);
  }

  /** Signs the record of each verdict that has none. */
  async function signAll(context: CallContext, releaseId: string, environment?: string) {
    const where = { releaseId, ...(environment !== undefined && { environmentName: environment }) };
    const rows = await context.prisma.verdict.findMany({ where, select: { id: true } });
    for (const { id } of rows) await attestations.signRecord(context, id);
  }

  async function* envelopeFiles(
    context: CallContext,
    verdicts: readonly string[],
    { log: number, size, signedAt }: CheckpointRow,
  ) {
    type Row = { verdictId: string; predicate: string; artifact: string; envelope: string };
    const values = [verdicts, signedAt, number, size];
    for (const row of await query<Row>(context, ENVELOPES_OF, values)) {
      const about = row.artifact === '' ? '' : `.${row.artifact.slice(0, 12)}`;
      yield textFile(
        `attestations/${row.verdictId}.${row.predicate}${about}.dsse.json`,
        row.envelope,
      );
    }
  }

  /** Checked before anything is recorded. @throws {AppError} `validation-failed` */
  async function checkFrom(context: CallContext, from: number, size: number | undefined) {
    const [latest] = await query<CheckpointRow>(context, CHECKPOINT, [null]);
    const most = size ?? Number(latest?.size ?? 0);
    if (from <= most) return;
    throw invalidAt('query', '/from', `must be at most ${most}, the size of the log`);
  }

  /**
   * The last checkpoints of all logs before, for auditors who kept one of theirs. Those whose keys are lost are left
   * out, unless the release has entries in them.
   */
  async function earlierLogs(context: CallContext, current: number, needed: ReadonlySet<number>) {
    const ended = await query<CheckpointRow>(context, LAST_CHECKPOINTS, [current]);
    if (ended.length === 0) return [];
    const known = new Set((await log.keys()).log.map(({ origin }) => origin));
    return ended.filter((one) => needed.has(one.log) || known.has(one.origin));
  }

  /** The ids of rows of the release in the environment, or in all. */
  async function inEnvironment(
    { prisma }: CallContext,
    table: 'verdict' | 'deployment' | 'approval' | 'breakGlass',
    ids: readonly string[],
    environment: string | undefined,
  ): Promise<string[]> {
    const where = {
      id: { in: [...ids] },
      ...(environment !== undefined && { environmentName: environment }),
    };
    const query = { where, select: { id: true }, orderBy: { id: 'asc' } } as const;
    const find = {
      verdict: () => prisma.verdict.findMany(query),
      deployment: () => prisma.deployment.findMany(query),
      approval: () => prisma.approval.findMany(query),
      breakGlass: () => prisma.breakGlass.findMany(query),
    };
    const rows = await find[table]();
    return rows.map(({ id }) => id);
  }

  return {
    /**
     * Prepares a pack: reads ids, and afterwards each file when it is sent.
     * @throws {AppError} `release-not-found`, `environment-not-found`, `not-in-log`, `log-off`, `log-not-signed`,
     * `log-behind`, `document-removed`
     */
    async create(
      context: CallContext,
      releaseId: string,
      request: PackRequest,
    ): Promise<AuditPack> {
      const { environment, from } = request;
      const release = await requireRelease(context, 'audit:read', releaseId);
      const { id, projectId, version, commit } = release;
      if (environment !== undefined) {
        const found = await context.prisma.environment.count({ where: { name: environment } });
        if (found === 0)
          throw new AppError('environment-not-found', `Environment ${environment} does not exist`);
      }
      log.requireOn();
      if (from !== undefined) await checkFrom(context, from, request.size);
      // Before the entry that ends the pack, so that what is signed now is in the log.
      if (request.size === undefined) await signAll(context, id, environment);
      const checkpoint =
        request.size === undefined
          ? await issue(context, id, projectId, environment ?? null)
          : await checkpointOf(context, request.size);
      const size = Number(checkpoint.size);
      const consistency =
        from === undefined
          ? undefined
          : await log.consistency({ from, to: size, log: checkpoint.log });
      const upTo = { log: checkpoint.log, size };
      const { subjects, logs, rows, issued } = await subjectsOf(context, id, upTo);
      requireIssuedFor(environment, issued, size);
      const checkpoints = [...(await earlierLogs(context, checkpoint.log, logs)), checkpoint];
      const of = (kind: string) => subjects.get(kind) ?? [];
      const verdicts = await inEnvironment(context, 'verdict', of('verdict'), environment);
      const deployments = await inEnvironment(context, 'deployment', of('deployment'), environment);
      const approvals = await inEnvironment(context, 'approval', of('approval'), environment);
      const broken = await inEnvironment(context, 'breakGlass', of('break-glass'), environment);
      const waivers = (await query<{ id: string }>(context, WAIVERS_OF, [verdicts])).map(
        (row) => row.id,
      );
      type Policy = { name: string; version: number };
      const policies = await query<Policy>(context, POLICIES_OF, [verdicts]);
      const used = await query<{ id: string }>(context, EVIDENCE_OF, [verdicts]);
      const evidence = [...new Set([...of('evidence'), ...used.map((row) => row.id)])].sort();
      type Removed = { sha256: string; size: number; told: boolean };
      const ofRelease = [projectId, evidence, id, checkpoint.log, size];
      const removed = await query<Removed>(context, REMOVED_OF, ofRelease);
      if (removed.some(({ told }) => !told)) {
        const detail = `Retention removed documents after entry ${size}. For a pack that says so, leave size out`;
        throw new AppError('document-removed', detail);
      }
      for (const verdict of verdicts) await attestations.signRecord(context, verdict);
      const keys = await usedKeys(context, log, checkpoints, verdicts, checkpoint);

      async function* files(): AsyncGenerator<TarFile> {
        yield textFile('README.txt', packReadme(release, size, removed));
        yield jsonFile('pack.json', {
          schema: SCHEMA,
          release: { id, projectId, version, commit },
          environment: environment ?? null,
          log: checkpoint.log,
          size,
        });
        yield jsonFile('keys.json', {
          log: keys.log,
          verdicts: keys.verdicts.map(({ publicKey }) => publicKey),
        });
        for (const one of checkpoints) yield textFile(`logs/${one.log}/checkpoint`, one.note);
        if (consistency) {
          const proof = { from, to: size, hashes: consistency.hashes };
          yield jsonFile(`logs/${checkpoint.log}/consistency-${from}.json`, proof);
        }
        yield* rotationFiles(context, log, checkpoints, from);
        yield* entryFiles(context, {
          releaseId: id,
          upTo,
          sizes: new Map(checkpoints.map((one) => [one.log, Number(one.size)])),
          origins: new Map(checkpoints.map((one) => [one.origin, one.log])),
          prove: log.prover(),
          related: [
            ['waiver', waivers],
            ['policy', [...new Set(policies.map(({ name }) => name))]],
            ['key', [...keys.log, ...keys.verdicts.map(({ keyId }) => keyId)]],
            ['policy-version', policies.map(({ name, version: number }) => `${name}/${number}`)],
          ],
        });
        yield* verdictFiles(context, verdicts, rows);
        yield* envelopeFiles(context, verdicts, checkpoint);
        yield* policyFiles(context, verdicts);
        yield* waiverFiles(context, waivers);
        yield* approvalFiles(context, approvals, rows);
        yield* rowFiles(context, 'break-glass', broken, rows);
        yield* rowFiles(context, 'deployment', deployments, rows);
        yield* rowFiles(context, 'evidence', evidence, rows);
        yield* documentFiles(context, documents, projectId, evidence);
        yield textFile('verify.mjs', await readFile(VERIFY, 'utf8'));
      }
      const name = version.replace(/[^A-Za-z0-9._-]/g, '_');
      return { fileName: `audit-pack-${name}-${size}.tar`, content: tarOf(files(), manifest) };
    },
  };
}
