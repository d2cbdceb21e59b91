import { reaches } from '../../access/caller.js';
import { type CallContext, query } from '../../database/context.js';
import { invalidAt } from '../../shared/app-error.js';
import { readPurl } from '../../vocabulary/purl.js';
import { MATCHES, OTHERS, TO_NAME } from './matches.sql.js';
import type { Waiver } from './waiver.js';
import { MAX_FINGERPRINTS, type WaiverMatch } from './waivers.schemas.js';

/** A waiver with the findings that it matches now. */
export type MatchedWaiver = Waiver & {
  readonly matches?: readonly WaiverMatch[];
  readonly warnings?: readonly string[];
};

const NOTHING = [
  'The waiver matches no finding now',
  'Compare `rule` and `purl` with the finding: GET /releases/{id}/findings',
].join('. ');

const OTHER_FINDINGS = [
  'The waiver does not cover other findings with this rule, because it does not name their fingerprints',
  'To waive them, request a waiver with their `fingerprints`: GET /releases/{id}/findings',
].join('. ');

/** What findings are compared with. */
type Terms = Pick<Waiver, 'projectId' | 'releaseId' | 'rule' | 'purl'>;

function valuesOf({ projectId, releaseId, rule, purl: text }: Terms) {
  const purl = readPurl(text);
  return [projectId, releaseId, rule, purl?.key ?? null, purl?.version ?? null, text];
}

/**
 * The fingerprints of findings that a waiver without any is about: those that its rule matches now, if one of them is a
 * secret, a code finding or a misconfiguration. Only a caller who may read evidence can see, and so request, them.
 * @throws {AppError} `validation-failed` if there are too many
 */
export async function fingerprintsFor(context: CallContext, terms: Terms): Promise<string[]> {
  if (!reaches(context.caller, 'evidence:read', terms.projectId)) return [];
  const values = [...valuesOf(terms), MAX_FINGERPRINTS + 1];
  const found = await query<{ fingerprint: string }>(context, TO_NAME, values);
  if (found.length > MAX_FINGERPRINTS) {
    const message = `is required: more than ${MAX_FINGERPRINTS} findings match, not all vulnerabilities or licences`;
    throw invalidAt('body', '/fingerprints', message);
  }
  return found.map(({ fingerprint }) => fingerprint);
}

/** Adds what a waiver of findings matches, if the caller may read evidence. */
export async function withMatches(context: CallContext, waiver: Waiver): Promise<MatchedWaiver> {
  const { projectId, about, fingerprints } = waiver;
  if (about !== 'finding' || !reaches(context.caller, 'evidence:read', projectId)) return waiver;
  const values = [...valuesOf(waiver), fingerprints];
  const matches = await query<WaiverMatch>(context, MATCHES, values);
  const others = await query(context, OTHERS, values);
  const warnings = [
    ...(matches.length === 0 ? [NOTHING] : []),
    ...(others.length > 0 ? [OTHER_FINDINGS] : []),
  ];
  return { ...waiver, matches, ...(warnings.length > 0 && { warnings }) };
}
