import type { EventType, IMPORTED } from '../../events/index.js';

/** An event, as a sentence needs it. Its data may be of an earlier version of the server. */
export interface Told {
  readonly type: string;
  readonly subjectKind: string;
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const text = (value: unknown, otherwise: string) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
const count = (value: unknown) => (Array.isArray(value) ? value.length : 0);

const verb = ({ decision }: Told['data']) => (decision === 'allow' ? 'may go' : 'may not go');

function decided({ actor, data }: Told, again: boolean): string {
  const rollback = data.intent === 'rollback' ? ' as a rollback' : '';
  const way = data.breakGlass === true ? `${rollback} because the glass is broken` : rollback;
  const said = `The release ${verb(data)} to ${text(data.environment, 'an environment')}${way}`;
  if (data.late === true) return `${said}, by a state that was out of date: ${actor} asked`;
  return again
    ? `${said}, as decided before on the same inputs: ${actor} asked`
    : `${said}, by a new verdict: ${actor} asked`;
}

function received({ actor, data }: Told): string {
  const label = typeof data.label === 'string' ? ` with label ${data.label}` : '';
  const about = typeof data.artifact === 'string' ? ` about artifact ${data.artifact}` : '';
  const said = `${actor} uploaded evidence of kind ${text(data.kind, 'unknown')}${label}${about}`;
  const superseded = count(data.superseded);
  if (superseded === 0) return said;
  return `${said}, which superseded ${superseded} older ${superseded === 1 ? 'report' : 'reports'}`;
}

const place = ({ environment }: Told['data']) => text(environment, 'an environment');

const WHAT: Readonly<Record<string, string>> = {
  started: 'the start of a deployment',
  failed: 'a failed deployment',
};

function deployed({ actor, data }: Told): string {
  const said = `${actor} recorded ${WHAT[text(data.state, '')] ?? 'a deployment'} to ${place(data)}`;
  if (data.authorization === 'authorized') return `${said}. The gate allows it`;
  if (data.authorization === 'rollback') return `${said}. The gate allows it as a rollback`;
  if (data.authorization === 'break-glass') return `${said}. The glass was broken`;
  if (data.authorization === 'unauthorized') return `${said}. The gate does not allow it`;
  if (data.decision === 'allow') return `${said}. The gate had allowed it`;
  if (data.decision === 'deny') return `${said}. The gate had denied it`;
  return said;
}

const ABOUT_RULE: Readonly<Record<string, string>> = { 'policy-rule': 'rule ', finding: '' };

const requested = ({ actor, data }: Told) => {
  const what = `${ABOUT_RULE[text(data.about, '')] ?? ''}${text(data.rule, 'a rule')}`;
  const where = typeof data.purl === 'string' ? ` in ${data.purl}` : '';
  return `${actor} requested a waiver for ${what}${where}, until ${text(data.expiresAt, 'it expires')}`;
};

const where = ({ environment }: Told['data']) => text(environment, 'an environment');

const approvalsAsked = ({ actor, data }: Told) => {
  const environments = Array.isArray(data.environments) ? data.environments.join(' and ') : '';
  const place = environments === '' ? 'an environment' : environments;
  return data.byGate === true
    ? `The gate asked for approvals for ${place}, because they alone were missing: ${actor} asked it`
    : `${actor} asked for approvals for ${place}`;
};

const how = (via: unknown) => (via === 'token' ? ' by a token' : '');

function voided({ data }: Told): string {
  const because = Array.isArray(data.because) ? data.because : [];
  const why = because.length > 0 ? `: ${because.join('; ')}` : '';
  return `The approval of ${text(data.person, 'a person')} for ${where(data)} is void${why}`;
}

function reminded({ data }: Told): string {
  const environments = Array.isArray(data.environments) ? data.environments.join(' and ') : '';
  const place = environments === '' ? 'an environment' : environments;
  return `Approvals for ${place} were still missing after ${text(data.afterHours, 'some')} hours`;
}

function withdrawn({ actor, data }: Told): string {
  const what = data.decision === 'reject' ? 'rejection' : 'approval';
  return `${actor} withdrew the ${what} of ${text(data.person, 'a person')} for ${where(data)}`;
}

/** Types of events that belong to a release or to the waivers of its project. */
type Type =
  | Extract<
      EventType,
      `${'release' | 'artifact' | 'evidence' | 'document' | 'legal-hold' | 'waiver' | 'approval' | 'break-glass' | 'verdict' | 'deployment'}.${string}`
    >
  | 'attestation.signed'
  | 'audit-pack.issued'
  | typeof IMPORTED
  | 'beside-api';

const SENTENCES: Readonly<Record<Type, (event: Told) => string>> = {
  'release.created': ({ actor, data }) =>
    `${actor} registered version ${text(data.version, '')} of commit ${text(data.commit, '')}`,
  'release.updated': ({ actor, data }) =>
    `${actor} changed ${Array.isArray(data.fields) ? data.fields.join(' and ') : 'fields'} of the release`,
  'release.sealed': ({ actor }) => `${actor} sealed the release. It takes no more artifacts`,
  'release.revoked': ({ actor }) => `${actor} revoked the release. The gate denies it from now on`,
  'artifact.added': ({ actor, data }) =>
    `${actor} added an artifact of kind ${text(data.kind, 'unknown')} with SHA-256 ${text(data.sha256, '')}`,
  'evidence.received': received,
  'evidence.received-again': ({ actor }) =>
    `${actor} uploaded a document again that counts already`,
  'evidence.read-again': ({ data }) =>
    `The server read a document again, with version ${text(data.parserVersion, '')} of its parser`,
  'evidence.retracted': ({ actor }) => `${actor} retracted evidence. It does not count any more`,
  'document.removed': ({ data }) =>
    `Retention removed the bytes of the document ${text(data.sha256, '')}. Its digest and all that was read from it stay`,
  'legal-hold.placed': ({ actor }) => `${actor} placed a legal hold. No document is removed`,
  'legal-hold.lifted': ({ actor }) => `${actor} lifted a legal hold`,
  'waiver.requested': requested,
  'waiver.approved': ({ actor, data }) =>
    `${actor} approved a waiver that ${text(data.requestedBy, 'another caller')} had requested`,
  'waiver.revoked': ({ actor, data }) =>
    typeof data.approvedBy === 'string'
      ? `${actor} revoked a waiver that ${data.approvedBy} had approved`
      : `${actor} rejected a request for a waiver`,
  'approval.requested': approvalsAsked,
  'approval.given': ({ actor, data }) =>
    `${actor} approved the release for ${where(data)}${how(data.via)}`,
  'approval.rejected': ({ actor, data }) =>
    `${actor} rejected the release for ${where(data)}${how(data.via)}`,
  'approval.withdrawn': withdrawn,
  'approval.reminded': reminded,
  'approval.voided': voided,
  'break-glass.requested': ({ actor, data }) =>
    `${actor} broke the glass for ${where(data)}${how(data.requestedVia)}${data.force === true ? '. With force, it waits for a second person' : ''}`,
  'break-glass.opened': ({ data }) =>
    `The break-glass for ${where(data)} is open until ${text(data.endsAt, 'its end')}`,
  'break-glass.confirmed': ({ actor, data }) =>
    `${actor} confirmed the break-glass of ${text(data.requestedBy, 'another person')} for ${where(data)}${how(data.confirmedVia)}. It is open until ${text(data.endsAt, 'its end')}`,
  'break-glass.ended': ({ actor, data }) =>
    data.because === 'person-disabled'
      ? `The break-glass for ${where(data)} is void: ${actor} disabled one of its people`
      : `${actor} ended the break-glass for ${where(data)}`,
  'break-glass.reviewed': ({ actor, data }) =>
    `${actor} reviewed the break-glass for ${where(data)}${how(data.reviewedVia)}`,
  'break-glass.review-due': ({ data }) =>
    data.overdue === true
      ? `The review of the break-glass for ${where(data)} is overdue`
      : `The break-glass for ${where(data)} waits for its review`,
  'verdict.decided': (event) => decided(event, false),
  'verdict.holds-again': (event) => decided(event, true),
  'deployment.recorded': deployed,
  'attestation.signed': ({ data }) => `A statement about the verdict for ${where(data)} was signed`,
  'audit-pack.issued': ({ actor }) => `${actor} requested an audit pack of the release`,
  'deployment.succeeded': ({ data }) =>
    `The deployment to ${place(data)} succeeded. The release runs there`,
  'deployment.failed': ({ data }) => `The deployment to ${place(data)} failed`,
  'deployment.unauthorized': ({ actor, data }) =>
    `${actor} deployed to ${place(data)} without authorization`,
  imported: ({ subjectKind }) =>
    `This ${subjectKind} is older than the record of events. The time is that of its import`,
  'beside-api': ({ actor, subjectKind, data }) =>
    `Database role ${actor} wrote a row of this ${subjectKind} beside the API: ${text(data.operation, 'change')}`,
};

const isKnown = (type: string): type is Type => Object.hasOwn(SENTENCES, type);

/** One sentence about an event. An event of a newer version of the server has its type. */
export function sentenceOf(event: Told): string {
  if (event.data.erased === true) return `The content of this ${event.type} event was erased`;
  return isKnown(event.type)
    ? SENTENCES[event.type](event)
    : `${event.actor} recorded ${event.type} about this ${event.subjectKind}`;
}
