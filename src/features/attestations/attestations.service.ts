import { hash } from 'node:crypto';
import type { Scope } from '../../access/scopes.js';
import { type CallContext, query } from '../../database/context.js';
import { change } from '../../events/index.js';
import { signEnvelope } from '../../security/signing/dsse.js';
import { type Keys, KeysError } from '../../security/signing/keys.js';
import {
  STATEMENT_MEDIA_TYPE,
  type Statement,
  statementBytes,
} from '../../security/signing/statement.js';
import { formatProof } from '../../security/signing/tlog-proof.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import type { LogService } from '../transparency/index.js';
import { requireVerdictRecord, type VerdictRecord } from '../verdicts/index.js';
import { waiverSha256 } from '../waivers/index.js';
import {
  EVENT_OF_VERDICT,
  FIND_ENVELOPE,
  STORE_ENVELOPE,
  type StoredEnvelope,
} from './attestations.sql.js';
import type { DecidedVerdict, DigestOf } from './decided.js';
import { verdictStatementOf } from './verdict-predicate.js';
import { vsaOf } from './vsa.js';

export const PREDICATES = ['vsa', 'verdict'] as const;
export type PredicateName = (typeof PREDICATES)[number];

export interface Asked {
  readonly predicate: PredicateName;
  /** SHA-256 of an artifact of the verdict. */
  readonly artifact?: string;
}

export interface AttestationsOptions {
  readonly log: LogService;
  /** undefined: no folder of keys, and nothing is signed. */
  readonly keys?: Keys | undefined;
  /** Version of the server. */
  readonly version: string;
}

const NO_KEYS =
  "The keys' folder cannot be read, so nothing new is signed. The log of the server has the cause";

/** All artifacts of a verdict, in the table of envelopes. */
const ALL = '';

export type AttestationsService = ReturnType<typeof attestationsService>;

/** Signed statements about verdicts, which others verify without this server. Each is signed once and stored. */
export function attestationsService({ log, keys, version }: AttestationsOptions) {
  /** Digests of what the waivers of a verdict say. They are approved, so they do not change any more. */
  async function waiversOf(
    { prisma }: CallContext,
    { inputs }: VerdictRecord,
  ): Promise<DigestOf[]> {
    const ids = inputs.waivers.map(({ id }) => id);
    if (ids.length === 0) return [];
    const rows = await prisma.waiver.findMany({
      where: { id: { in: ids } },
      orderBy: { id: 'asc' },
    });
    return rows.map((row) => ({ id: row.id, sha256: waiverSha256(row) }));
  }

  /** The first origin of the log is the name of the installation, also after a restore began another log. */
  function verifierOf({ list }: Keys) {
    const [first] = list().log;
    return { installation: `https://${first?.origin ?? ''}`, version };
  }

  /** @throws {AppError} `no-subject`, `artifact-not-found`, `validation-failed` */
  function artifactsOf({ id, inputs }: VerdictRecord, { predicate, artifact }: Asked) {
    const { artifacts } = inputs;
    if (artifacts.length === 0) {
      const detail = `The release of verdict ${id} had no artifact, so nothing can be attested about one`;
      throw new AppError('no-subject', detail);
    }
    if (artifact !== undefined) {
      const wanted = artifact.toLowerCase();
      const found = artifacts.find(({ sha256 }) => sha256 === wanted);
      if (!found) throw new AppError('artifact-not-found', `The verdict has no artifact ${wanted}`);
      return [found];
    }
    if (predicate === 'vsa' && artifacts.length > 1) {
      const message = `is required: the verdict is about ${artifacts.length} artifacts, and a VSA about one`;
      throw invalidAt('query', '/artifact', message);
    }
    return artifacts;
  }

  async function statementOf(
    context: CallContext,
    verdict: VerdictRecord,
    asked: Asked,
    signer: Keys,
  ) {
    const artifacts = artifactsOf(verdict, asked);
    const decided: DecidedVerdict = {
      ...verdict,
      decidedAt: verdict.evaluatedAt.toISOString(),
      decidedBy: verdict.createdBy,
    };
    const waivers = await waiversOf(context, verdict);
    const verifier = verifierOf(signer);
    const [first] = artifacts;
    const statement: Statement =
      asked.predicate === 'vsa' && first
        ? vsaOf(decided, first, waivers, verifier)
        : verdictStatementOf(decided, artifacts, waivers, verifier);
    return {
      statement,
      about:
        asked.artifact === undefined && asked.predicate === 'verdict'
          ? ALL
          : (first?.sha256 ?? ALL),
    };
  }

  /** Stores an envelope with its event, unless another request was faster. */
  async function store(
    context: CallContext,
    { id, projectId, releaseId, environment }: VerdictRecord,
    predicate: PredicateName,
    about: string,
    keyId: string,
    envelope: string,
  ): Promise<void> {
    await change(context, async (changing) => {
      const values = [id, predicate, about, keyId, envelope];
      const stored = await query(changing, STORE_ENVELOPE, values);
      if (stored.length === 0) return changing.unchanged(undefined);
      const sha256 = hash('sha256', envelope, 'hex');
      const artifact = about === ALL ? null : about;
      const data = { environment, predicate, artifact, keyId, sha256 };
      return changing.record('attestation.signed', { id, projectId, releaseId, data });
    });
  }

  /** The stored envelope, which is signed now if there is none. */
  async function envelopeOf(
    context: CallContext,
    scope: Scope,
    id: string,
    asked: Asked,
  ): Promise<StoredEnvelope> {
    const verdict = await requireVerdictRecord(context, scope, id);
    log.requireOn();
    if (!keys) throw new Error('the log is on without keys');
    const { statement, about } = await statementOf(context, verdict, asked, keys);
    const key = [id, asked.predicate, about];
    const find = () => query<StoredEnvelope>(context, FIND_ENVELOPE, key);
    const [known] = await find();
    if (known) return known;
    await keys.refresh().catch((error: unknown) => {
      if (error instanceof KeysError)
        throw new AppError('log-not-signed', NO_KEYS, { cause: error });
      throw error;
    });
    const signer = keys.verdicts;
    const signed = signEnvelope(STATEMENT_MEDIA_TYPE, statementBytes(statement), [signer]);
    await store(context, verdict, asked.predicate, about, signer.keyId, JSON.stringify(signed));
    const [stored] = await find(); // two requests at the same time get the same one
    if (!stored) throw new Error(`the envelope of verdict ${id} was not stored`);
    return stored;
  }

  return {
    /**
     * The envelope (DSSE) about a verdict.
     * @throws {AppError} `verdict-not-found`, `artifact-not-found`, `no-subject`, `validation-failed`, `log-off`
     */
    async get(context: CallContext, id: string, asked: Asked): Promise<string> {
      return (await envelopeOf(context, 'verdicts:read', id, asked)).envelope;
    },

    /** Signs the record of a verdict for an audit pack, unless it is signed or has no artifact. */
    async signRecord(context: CallContext, id: string): Promise<void> {
      await envelopeOf(context, 'audit:read', id, { predicate: 'verdict' }).catch(
        (error: unknown) => {
          if (error instanceof AppError && error.code === 'no-subject') return;
          throw error;
        },
      );
    },

    /**
     * A proof (C2SP tlog-proof) that the log has the event of a verdict. Its extra data is the entry's salt and
     * statement, by which a reader computes the entry.
     * @throws {AppError} `verdict-not-found`, `log-off`, `log-not-signed`, `log-behind`
     */
    async proof(context: CallContext, id: string): Promise<string> {
      await requireVerdictRecord(context, 'verdicts:read', id);
      const [event] = await query<{ id: string }>(context, EVENT_OF_VERDICT, [id]);
      if (!event) throw new Error(`verdict ${id} has no event`);
      const entry = await log.signedEntry(event.id);
      const { index, hashes, checkpoint, salt, statement } = entry;
      const extra = Buffer.from(JSON.stringify({ salt, statement }));
      return formatProof({ index, proof: hashes, checkpoint, extra });
    },
  };
}
