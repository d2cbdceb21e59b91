import { EVENTS, type EventData, type EventType, IMPORTED } from './catalogue.js';
import { rowKindOf } from './rows.js';

type Required<Data> = {
  [Name in keyof Data]-?: undefined extends Data[Name] ? never : Name;
}[keyof Data];

/** Members that the data of each type of event always has. A test compares them with the catalogue. */
export const MEMBERS: { readonly [Type in EventType]: readonly Required<EventData[Type]>[] } = {
  'project.created': ['status'],
  'project.updated': ['fields', 'version'],
  'project.deleted': ['status', 'version'],
  'release.created': ['version', 'commit', 'triggeredBy'],
  'release.updated': ['fields', 'revision'],
  'release.sealed': ['state'],
  'release.revoked': ['state'],
  'artifact.added': ['sha256', 'kind'],
  'evidence.received': [
    'kind',
    'label',
    'artifact',
    'receivedSha256',
    'storedSha256',
    'mayAbsolve',
    'triggeredBy',
    'superseded',
    'rows',
  ],
  'evidence.received-again': ['receivedSha256'],
  'evidence.read-again': ['before', 'receivedSha256', 'parserVersion', 'rows'],
  'evidence.retracted': ['receivedSha256'],
  'document.removed': ['policy', 'removal', 'removedAt', 'sha256', 'size'],
  'legal-hold.placed': ['release'],
  'legal-hold.lifted': ['release'],
  'retention-policy.set': ['days', 'deployedDays'],
  'policy.created': ['sha256'],
  'policy-version.added': ['sha256', 'before'],
  'environment.created': ['rank', 'policies'],
  'environment.updated': [],
  'window.created': ['environment', 'kind', 'from', 'to', 'days', 'timeZone', 'projects'],
  'window.ended': ['environment', 'kind'],
  'environment.stopped': ['environment', 'projects', 'rollbacks'],
  'environment.resumed': ['environment', 'stoppedBy'],
  'deployment.recorded': [
    'environment',
    'before',
    'decision',
    'verdict',
    'state',
    'authorization',
    'judged',
  ],
  'deployment.succeeded': ['environment', 'before', 'authorization'],
  'deployment.failed': ['environment', 'before', 'authorization'],
  'deployment.unauthorized': ['environment', 'state', 'verdict'],
  'waiver.requested': ['rule', 'about', 'purl', 'expiresAt', 'sha256'],
  'waiver.approved': ['requestedBy', 'sha256'],
  'waiver.revoked': ['approvedBy'],
  'approval.requested': ['environments', 'plannedFor', 'byGate', 'endsAt'],
  'approval.given': ['environment', 'seen', 'groups', 'via'],
  'approval.rejected': ['environment', 'seen', 'groups', 'via'],
  'approval.withdrawn': ['environment', 'decision', 'person'],
  'approval.voided': ['environment', 'person', 'because'],
  'approval.reminded': ['environments', 'afterHours', 'requestedBy'],
  'break-glass.requested': ['environment', 'minutes', 'force', 'requestedVia', 'reasonSha256'],
  'break-glass.opened': ['environment', 'endsAt'],
  'break-glass.confirmed': ['environment', 'requestedBy', 'confirmedVia', 'endsAt'],
  'break-glass.ended': ['environment', 'because'],
  'break-glass.reviewed': ['environment', 'reviewedVia', 'reviewSha256'],
  'break-glass.review-due': ['environment', 'dueAt', 'overdue'],
  'verdict.decided': ['environment', 'decision', 'inputsHash', 'verdictHash', 'engine', 'before'],
  'verdict.holds-again': [
    'environment',
    'decision',
    'inputsHash',
    'verdictHash',
    'engine',
    'before',
  ],
  'attestation.signed': ['environment', 'predicate', 'artifact', 'keyId', 'sha256'],
  'audit-pack.issued': ['environment'],
  'token.created': ['subject', 'scopes', 'projects', 'person', 'expiresAt'],
  'token.revoked': ['subject'],
  'issuer.trusted': ['issuer', 'audience', 'actorClaim', 'scopes', 'projects'],
  'issuer.revoked': ['issuer'],
  'session.signed-in': ['subject', 'login', 'groups', 'authenticatedAt', 'expiresAt'],
  'session.refused': ['subject', 'reason'],
  'session.signed-out': ['subject', 'reason'],
  'identity.created': ['subject'],
  'identity.groups-changed': ['subject', 'groups'],
  'identity.linked': ['subject', 'alias'],
  'identity.unlink-requested': ['subject', 'alias'],
  'identity.unlinked': ['subject', 'alias', 'requestedBy'],
  'identity.disabled': ['subject', 'aliases', 'sessions', 'tokens'],
  'identity.enabled': ['subject', 'aliases'],
  'group-grant.created': ['group', 'scopes', 'projects'],
  'group-grant.revoked': ['group'],
  'webhook.created': ['origin', 'urlSha256', 'events', 'projects'],
  'webhook.rotated': ['keyId'],
  'webhook.tested': ['origin'],
  'webhook.disabled': ['because'],
  'webhook.enabled': ['before'],
  'webhook.delivery-failed': ['event', 'type', 'attempts'],
  'webhook.retried': ['event'],
  'webhook.revoked': ['origin'],
  'log.recovered': ['before', 'lastSigned', 'reasonSha256'],
  'log.erased': [
    'event',
    'origin',
    'index',
    'reasonSha256',
    'type',
    'time',
    'subject',
    'project',
    'kept',
  ],
  'log.diverged': ['index'],
  'key.rotated': ['purpose', 'before'],
};

const SHA256 = /^[0-9a-f]{64}$/;
const isType = (type: string): type is EventType => Object.hasOwn(EVENTS, type);

/**
 * What an event of this version of the server has, and this one does not. undefined: it has all.
 * @param data the data as JSON value
 */
export function lackOf(type: string, kind: string, data: object): string | undefined {
  const isDigested = 'row' in data && typeof data.row === 'string' && SHA256.test(data.row);
  if (type === 'beside-api') return 'operation' in data ? undefined : 'its data has no operation';
  if (type === IMPORTED) return isDigested ? undefined : 'it has no digest of its row';
  if (!isType(type)) return 'this version records no event of its type';
  if (EVENTS[type].subject !== kind) return 'its type has subjects of another kind';
  const missing = MEMBERS[type].find((name) => !Object.hasOwn(data, name));
  if (missing !== undefined) return `its data has no ${missing}`;
  return rowKindOf(type) === undefined || isDigested ? undefined : 'it has no digest of its row';
}
