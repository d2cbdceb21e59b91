import { reaches } from '../../access/caller.js';
import type { CallContext } from '../../database/context.js';
import { query } from '../../database/context.js';
import { AppError } from '../../shared/app-error.js';

/** What a document is uploaded as. */
interface Slot {
  readonly projectId: number;
  readonly releaseId: string;
  readonly kind: string;
  readonly label: string | null;
  readonly artifactSha256: string | null;
  readonly receivedSha256: string;
}

const isInSlot = (name: string) => `${name}.release_id = $1::uuid AND ${name}.received_sha256 = $2
  AND ${name}.kind = $3 AND ${name}.label IS NOT DISTINCT FROM $4 AND ${name}.artifact_sha256 IS NOT DISTINCT FROM $5`;

/**
 * The last retraction of a document in its slot, unless the document was uploaded again since. Only a caller with
 * `evidence:retract` could do that. A new reading of its stored bytes is not an upload. `$1`: release, `$2`: SHA-256 of
 * the bytes, `$3`: kind, `$4`: label, `$5`: artifact.
 */
const RETRACTED = {
  name: 'evidence-retracted-before',
  text: `SELECT r.id FROM evidence r
          WHERE ${isInSlot('r')} AND r.retracted_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM evidence n
                             WHERE ${isInSlot('n')} AND n.retracted_at IS NULL AND n.created_at > r.retracted_at
                               AND NOT EXISTS (SELECT 1 FROM evidence_readings WHERE read_as = n.id))
          ORDER BY r.retracted_at DESC LIMIT 1`,
};

/**
 * Refuses a document that was retracted: the next run of a pipeline must not undo what a person decided.
 * @throws {AppError} `evidence-retracted`, unless the caller could retract it again
 */
export async function refuseRetracted(context: CallContext, slot: Slot): Promise<void> {
  const { projectId, releaseId, receivedSha256, kind, label, artifactSha256 } = slot;
  if (reaches(context.caller, 'evidence:retract', projectId)) return;
  const values = [releaseId, receivedSha256, kind, label, artifactSha256];
  const [retracted] = await query<{ id: string }>(context, RETRACTED, values);
  if (!retracted) return;
  const detail = [
    `The same document was retracted: evidence ${retracted.id} has its kind, label and artifact`,
    'It counts again after a caller with the scope evidence:retract uploads it',
    'If a tool ran again, upload its new report',
  ];
  throw new AppError('evidence-retracted', detail.join('. '));
}
