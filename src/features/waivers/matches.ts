import { reaches } from '../../access/caller.js';
import { type CallContext, query } from '../../database/context.js';
import { readPurl } from '../../vocabulary/purl.js';
import { MATCHES } from './matches.sql.js';
import type { Waiver } from './waiver.js';
import type { WaiverMatch } from './waivers.schemas.js';

/** A waiver with the findings that it matches now. */
export type MatchedWaiver = Waiver & {
  readonly matches?: readonly WaiverMatch[];
  readonly warnings?: readonly string[];
};

const NOTHING = [
  'The waiver matches no finding now',
  'Compare `rule` and `purl` with the finding: GET /releases/{id}/findings',
].join('. ');

/** Adds what a waiver of findings matches, if the caller may read evidence. */
export async function withMatches(context: CallContext, waiver: Waiver): Promise<MatchedWaiver> {
  const { projectId, releaseId, rule, purl: text, about } = waiver;
  if (about !== 'finding' || !reaches(context.caller, 'evidence:read', projectId)) return waiver;
  const purl = readPurl(text);
  const values = [projectId, releaseId, rule, purl?.key ?? null, purl?.version ?? null, text];
  const matches = await query<WaiverMatch>(context, MATCHES, values);
  return { ...waiver, matches, ...(matches.length === 0 && { warnings: [NOTHING] }) };
}
