import { reaches } from '../../access/caller.js';
import type { CallContext } from '../../database/context.js';
import type { RowLimits } from '../../documents/parsing/row-limits.js';
import { AppError } from '../../shared/app-error.js';
import type { FindingType } from '../../vocabulary/finding-types.js';
import { requireReleaseRef } from '../releases/index.js';
import type { ReceivedDocument } from './body.js';
import type { DocumentReader, Waiting } from './document-reader.js';
import type { DocumentStore } from './document-store.js';
import { type Evidence, toEvidence, toSummary } from './evidence.js';
import type { EvidenceQuota } from './quota.js';
import type { SecretKey } from './secret-key.js';
import { checkSubject } from './subject.js';
import type { Older } from './supersede.js';
import { storeUpload, type Upload } from './upload.js';
import { SCANNERS, type UploadQuery } from './upload.schemas.js';

export interface UploadTools {
  readonly reader: DocumentReader;
  readonly store: DocumentStore;
  readonly secretKey: SecretKey;
  readonly quota: EvidenceQuota;
  /** Called after a document was stored, or received again. */
  readonly onReceived?: (kind: string, created: boolean) => void;
  /** Limits of one row of a document. */
  readonly rowLimits: RowLimits;
}

/** What a document is evidence of. Ids have their stored spelling, because lock names contain them. */
export interface UploadTarget {
  readonly releaseId: string;
  readonly projectId: number;
  readonly artifactSha256: string | null;
}

/** A target, when it was found, by the clock of the database, and the commit of its release. */
export interface FoundTarget {
  readonly target: UploadTarget;
  readonly foundAt: Date;
  readonly commit: string;
}

/** Evidence after its upload. */
type Received = Evidence & {
  readonly supersedes: readonly ReturnType<typeof toSuperseded>[];
  readonly warnings: readonly { readonly message: string }[];
};

function toSuperseded({ id, label, artifact, summary: stored }: Older) {
  const summary = toSummary(stored);
  return { id, label, artifact, target: summary.targets.join(', ') || null, summary };
}

/** The distinct types of findings that `vuln,secret` names, in alphabetical order. */
function scannersOf(words = ''): FindingType[] {
  const types = words.split(',').flatMap((word) => SCANNERS[word] ?? []);
  return [...new Set(types)].sort();
}

/** The warning that a pipeline's statements about its own findings are stored without effect. */
function withoutEffect(mayAbsolve: boolean, absolving = 0): string[] {
  if (mayAbsolve || absolving === 0) return [];
  // Without their number: one statement can be several claims.
  return [
    'The document claims that findings do not count. This has no effect, because the caller does not have vex:write',
  ];
}

export type UploadsService = ReturnType<typeof uploadsService>;

/** Uploads in three steps: `target` finds what the document is about, `read` parses it, `store` stores it. */
export function uploadsService(tools: UploadTools) {
  const { reader, store, secretKey, quota, rowLimits, onReceived = () => {} } = tools;
  return {
    /**
     * Finds the release and artifact. Runs before the body is read, so a missing target reserves no memory.
     * @throws {AppError} `release-not-found`, `artifact-not-found`
     */
    async target(context: CallContext, release: string, artifact?: string): Promise<FoundTarget> {
      const found = await requireReleaseRef(context, 'evidence:write', release);
      const { id: releaseId, projectId, now: foundAt, commit } = found;
      const all = { releaseId, projectId, artifactSha256: null };
      if (artifact === undefined) return { target: all, foundAt, commit };
      const sha256 = artifact.toLowerCase();
      const where = { releaseId_sha256: { releaseId, sha256 } };
      if (!(await context.prisma.artifact.findUnique({ where, select: { id: true } }))) {
        throw new AppError('artifact-not-found', `The release does not have an artifact ${sha256}`);
      }
      return { target: { ...all, artifactSha256: sha256 }, foundAt, commit };
    },

    /**
     * Parses a document, so that `store` can store it. The caller must close the document in every case.
     * @throws {AppError} `document-unrecognized`, `document-invalid`, `payload-too-large`, `quota-exceeded`,
     * `overloaded`
     */
    async read(
      context: CallContext,
      { target, foundAt: receivedAt, commit }: FoundTarget,
      { kind, label, scanners: words }: UploadQuery,
      { bytes, format, charset, mediaType, size, sha256 }: ReceivedDocument,
      waiting: Waiting,
    ): Promise<Upload> {
      const scanners = scannersOf(words);
      const key = await secretKey(context);
      const about = { kind, scanners, receivedAt, commit, rowLimits };
      const request = { bytes, format, charset, ...about, secretKey: key };
      const document = await reader.open(request, waiting);
      const warnings = await checkSubject(context, target, document.head.summary).catch(
        (error: unknown) => {
          document.close();
          throw error;
        },
      );
      const { masked, claims } = document.head.summary;
      const mayAbsolve = reaches(context.caller, 'vex:write', target.projectId);
      return {
        ...target,
        label: label ?? null,
        // A masked document is stored as UTF-8.
        mediaType: charset && !masked ? `${mediaType}; charset=${charset}` : mediaType,
        size,
        receivedSha256: sha256,
        mayAbsolve,
        absolves: mayAbsolve && claims !== undefined,
        scanners,
        warnings: [...warnings, ...withoutEffect(mayAbsolve, claims?.absolving)],
        document,
      };
    },

    /**
     * Stores a document with all its contents, or nothing. `created` is false if the same document already counts.
     * @throws {AppError} `quota-exceeded`, `evidence-retracted`
     */
    async store(
      context: CallContext,
      upload: Upload,
    ): Promise<{ evidence: Received; created: boolean }> {
      const { evidence, created, superseded, warnings } = await storeUpload(
        context,
        store,
        upload,
        quota,
      );
      onReceived(evidence.kind, created);
      const received = {
        ...toEvidence(evidence),
        supersedes: superseded.map(toSuperseded),
        warnings: [...upload.warnings, ...warnings].map((message) => ({ message })),
      };
      return { evidence: received, created };
    },
  };
}
