/** Kinds of subjects: the resources that an event can be about. */
export const SUBJECT_KINDS = [
  'project',
  'release',
  'artifact',
  'evidence',
  'document',
  'legal-hold',
  'retention-policy',
  'policy',
  'policy-version',
  'environment',
  'window',
  'stop',
  'deployment',
  'waiver',
  'approval-request',
  'approval',
  'break-glass',
  'verdict',
  'token',
  'issuer',
  'session',
  'identity',
  'identity-link',
  'group-grant',
  'webhook',
  'log',
  'key',
] as const;

export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** Kinds whose rows can be older than the table of events. */
export type ImportedKind = Exclude<SubjectKind, 'document' | 'log' | 'key'>;

type Value = string | number | boolean | null;

/** A value before and after a change. */
interface Change<T = Value> {
  readonly before: T;
  readonly after: T;
}

/** A log with its size and the root of its tree, in hexadecimal digits. */
type LogHead = { readonly origin: string; readonly size: number; readonly root: string };

type PolicyRef = { readonly name: string; readonly version: number | null };

/** SHA-256 of what each table has of a document, in hexadecimal digits. */
type RowDigests = Readonly<Record<string, string>>;

/**
 * Data of each type of event: ids, digests, short values, and values before and after a change. Descriptions, notes,
 * reasons and secrets must not be here, because events are never deleted.
 */
export interface EventData {
  'project.created': { status: string; key?: string };
  'project.updated': {
    fields: readonly string[];
    version: number;
    status?: Change;
    key?: Change<string | null>;
  };
  'project.deleted': { status: string; version: number };
  'release.created': { version: string; commit: string; triggeredBy: string | null };
  'release.updated': { fields: readonly string[]; revision: number };
  'release.sealed': { state: Change };
  'release.revoked': { state: Change };
  'artifact.added': { sha256: string; kind: string };
  'evidence.received': {
    kind: string;
    label: string | null;
    artifact: string | null;
    receivedSha256: string;
    storedSha256: string;
    mayAbsolve: boolean;
    triggeredBy: string | null;
    superseded: readonly string[];
    /** Superseded SBOMs whose components have other licences in this one, if there are any. */
    relicensed?: readonly string[];
    rows: RowDigests;
  };
  'evidence.received-again': { receivedSha256: string };
  'evidence.read-again': {
    before: string;
    receivedSha256: string;
    parserVersion: number;
    rows: RowDigests;
  };
  'evidence.retracted': { receivedSha256: string };
  /** The database records it, once for each release that has evidence of the document. */
  'document.removed': {
    policy: string;
    removal: string;
    removedAt: string;
    sha256: string;
    size: number;
  };
  'legal-hold.placed': { release: string | null };
  'legal-hold.lifted': { release: string | null };
  'retention-policy.set': { days: number | null; deployedDays: number | null };
  'policy.created': { sha256: string };
  'policy-version.added': { sha256: string; before: string | null };
  'environment.created': {
    rank: number;
    policies: readonly PolicyRef[];
    after?: readonly string[];
    signInWithinMinutes?: number;
  };
  'environment.updated': {
    rank?: Change<number>;
    policies?: Change<readonly PolicyRef[]>;
    after?: Change<readonly string[]>;
    signInWithinMinutes?: Change<number | null>;
  };
  'window.created': {
    environment: string;
    kind: string;
    from: string;
    to: string;
    days: readonly string[];
    timeZone: string;
    projects: readonly number[] | null;
  };
  'window.ended': { environment: string; kind: string };
  'environment.stopped': {
    environment: string;
    projects: readonly number[] | null;
    rollbacks: boolean;
  };
  'environment.resumed': { environment: string; stoppedBy: string };
  'deployment.recorded': {
    environment: string;
    before: string | null;
    decision: string;
    verdict: string | null;
    state: string;
    authorization: string;
    judged: string | null;
  };
  'deployment.succeeded': { environment: string; before: string | null; authorization: string };
  'deployment.failed': { environment: string; before: string | null; authorization: string };
  'deployment.unauthorized': { environment: string; state: string; verdict: string | null };
  'waiver.requested': {
    rule: string;
    about: string;
    purl: string | null;
    expiresAt: string;
    sha256: string;
  };
  'waiver.approved': { requestedBy: string; sha256: string };
  'waiver.revoked': { approvedBy: string | null };
  'approval.requested': {
    environments: readonly string[];
    plannedFor: string | null;
    byGate: boolean;
    endsAt: string;
  };
  'approval.given': {
    environment: string;
    seen: string;
    groups: readonly string[];
    via: string;
  };
  'approval.rejected': {
    environment: string;
    seen: string;
    groups: readonly string[];
    via: string;
  };
  'approval.withdrawn': { environment: string; decision: string; person: string };
  'approval.voided': { environment: string; person: string; because: readonly string[] };
  'approval.reminded': { environments: readonly string[]; afterHours: number; requestedBy: string };
  'break-glass.requested': {
    environment: string;
    minutes: number;
    force: boolean;
    requestedVia: string;
    reasonSha256: string;
  };
  'break-glass.opened': { environment: string; endsAt: string };
  'break-glass.confirmed': {
    environment: string;
    requestedBy: string;
    confirmedVia: string;
    endsAt: string;
  };
  'break-glass.ended': { environment: string; because: string };
  'break-glass.reviewed': {
    environment: string;
    reviewedVia: string;
    reviewSha256: string;
  };
  'break-glass.review-due': { environment: string; dueAt: string; overdue: boolean };
  'verdict.decided': {
    environment: string;
    decision: string;
    inputsHash: string;
    verdictHash: string;
    engine: number;
    before: string | null;
    /** Since when it holds, and of which moment its inputs are. */
    decidedAt?: string;
    snapshot?: string;
    late?: boolean;
    intent?: string;
    /** A break-glass let the release pass. */
    breakGlass?: boolean;
  };
  'verdict.holds-again': {
    environment: string;
    decision: string;
    inputsHash: string;
    verdictHash: string;
    engine: number;
    before: string | null;
    /** Since when it holds, and of which moment its inputs are. */
    decidedAt?: string;
    snapshot?: string;
    late?: boolean;
  };
  'attestation.signed': {
    environment: string;
    predicate: string;
    artifact: string | null;
    keyId: string;
    sha256: string;
  };
  'audit-pack.issued': { environment: string | null };
  'token.created': {
    subject: string;
    scopes: readonly string[];
    projects: readonly number[] | null;
    person: boolean;
    expiresAt: string;
  };
  'token.revoked': { subject: string };
  'issuer.trusted': {
    issuer: string;
    audience: string;
    actorClaim: string | null;
    scopes: readonly string[];
    projects: readonly number[] | null;
  };
  'issuer.revoked': { issuer: string };
  'session.signed-in': {
    subject: string;
    login: string;
    groups: readonly string[];
    authenticatedAt: string | null;
    expiresAt: string;
  };
  'session.refused': { subject: string; reason: string };
  'session.signed-out': { subject: string; reason: string };
  'identity.created': { subject: string };
  'identity.groups-changed': { subject: string; groups: Change<readonly string[]> };
  'identity.linked': { subject: string; alias: string };
  'identity.unlink-requested': { subject: string; alias: string };
  'identity.unlinked': { subject: string; alias: string; requestedBy: string };
  'identity.disabled': {
    subject: string;
    aliases: readonly string[];
    sessions: number;
    tokens: number;
  };
  'identity.enabled': { subject: string; aliases: readonly string[] };
  'group-grant.created': {
    group: string;
    scopes: readonly string[];
    projects: readonly number[] | null;
  };
  'group-grant.revoked': { group: string };
  'webhook.created': {
    origin: string;
    urlSha256: string;
    events: readonly string[];
    projects: readonly number[] | null;
  };
  'webhook.rotated': { keyId: string };
  'webhook.tested': { origin: string };
  'webhook.disabled': { because: string };
  'webhook.enabled': { before: string };
  'webhook.delivery-failed': { event: string; type: string; attempts: number };
  'webhook.retried': { event: string };
  'webhook.revoked': { origin: string };
  'log.recovered': { before: LogHead | null; lastSigned: LogHead; reasonSha256: string };
  'log.erased': {
    event: string;
    origin: string;
    index: number;
    reasonSha256: string;
    /** Of the erased event; `kept` is what of its data names no person. */
    type: string;
    time: string;
    subject: string;
    project: number | null;
    kept: Readonly<Record<string, unknown>>;
  };
  'log.diverged': { index: number };
  'key.rotated': { purpose: string; before: string };
}

export type EventType = keyof EventData;

interface EventMeaning {
  readonly subject: SubjectKind;
  readonly meaning: string;
}

/** Every type of event that the API records, with its subject and its meaning. docs/events.md has the same table. */
export const EVENTS: Readonly<Record<EventType, EventMeaning>> = {
  'project.created': { subject: 'project', meaning: 'A project was created' },
  'project.updated': { subject: 'project', meaning: 'Fields of a project changed' },
  'project.deleted': { subject: 'project', meaning: 'A project without releases was deleted' },
  'release.created': { subject: 'release', meaning: 'A release was registered' },
  'release.updated': { subject: 'release', meaning: 'Notes or links of a release changed' },
  'release.sealed': { subject: 'release', meaning: 'A release was sealed' },
  'release.revoked': { subject: 'release', meaning: 'A release was revoked' },
  'artifact.added': { subject: 'artifact', meaning: 'An artifact was added to a release' },
  'evidence.received': { subject: 'evidence', meaning: 'A document was stored as evidence' },
  'evidence.received-again': {
    subject: 'evidence',
    meaning: 'A document that already counts was uploaded again',
  },
  'evidence.read-again': {
    subject: 'evidence',
    meaning: 'A stored document was read by a newer parser, as new evidence',
  },
  'evidence.retracted': { subject: 'evidence', meaning: 'Evidence was retracted' },
  'document.removed': {
    subject: 'document',
    meaning: 'Retention removed the bytes of a document',
  },
  'legal-hold.placed': { subject: 'legal-hold', meaning: 'A legal hold was placed' },
  'legal-hold.lifted': { subject: 'legal-hold', meaning: 'A legal hold was lifted' },
  'retention-policy.set': {
    subject: 'retention-policy',
    meaning: 'How long documents are kept was set',
  },
  'policy.created': { subject: 'policy', meaning: 'A policy was created with its first version' },
  'policy-version.added': { subject: 'policy-version', meaning: 'A version was added to a policy' },
  'environment.created': { subject: 'environment', meaning: 'An environment was created' },
  'environment.updated': {
    subject: 'environment',
    meaning: 'Settings of an environment changed',
  },
  'window.created': { subject: 'window', meaning: 'A freeze or a change window was created' },
  'window.ended': { subject: 'window', meaning: 'A freeze or a change window was ended' },
  'environment.stopped': { subject: 'stop', meaning: 'An environment was stopped' },
  'environment.resumed': { subject: 'stop', meaning: 'A person ended a stop of an environment' },
  'deployment.recorded': { subject: 'deployment', meaning: 'A deployment was recorded' },
  'deployment.succeeded': {
    subject: 'deployment',
    meaning: 'A deployment that was started succeeded: its release runs',
  },
  'deployment.failed': { subject: 'deployment', meaning: 'A deployment that was started failed' },
  'deployment.unauthorized': {
    subject: 'deployment',
    meaning: 'A deployment was recorded that the gate did not authorize',
  },
  'waiver.requested': { subject: 'waiver', meaning: 'A waiver was requested' },
  'waiver.approved': { subject: 'waiver', meaning: 'A waiver was approved' },
  'waiver.revoked': {
    subject: 'waiver',
    meaning: 'A waiver was revoked, or a request was rejected',
  },
  'approval.requested': {
    subject: 'approval-request',
    meaning: 'Approvals were requested, by a caller or by the gate',
  },
  'approval.given': { subject: 'approval', meaning: 'A person approved a release' },
  'approval.rejected': { subject: 'approval', meaning: 'A person rejected a release' },
  'approval.withdrawn': {
    subject: 'approval',
    meaning: 'An approval or a rejection was withdrawn',
  },
  'approval.voided': {
    subject: 'approval',
    meaning: 'A decision found that the risk is worse than what the person saw',
  },
  'approval.reminded': {
    subject: 'approval-request',
    meaning: 'Approvals that were requested were still missing after 4 or 24 hours',
  },
  'break-glass.requested': {
    subject: 'break-glass',
    meaning: 'A person asked to break the glass: with force, it waits for a second person',
  },
  'break-glass.opened': {
    subject: 'break-glass',
    meaning: 'A break-glass without force opened: the gate lets the release pass',
  },
  'break-glass.confirmed': {
    subject: 'break-glass',
    meaning: 'A second person opened a break-glass with force: the gate lets the release pass',
  },
  'break-glass.ended': {
    subject: 'break-glass',
    meaning: 'A break-glass was ended before its time, or voided',
  },
  'break-glass.reviewed': {
    subject: 'break-glass',
    meaning: 'Another person reviewed a break-glass',
  },
  'break-glass.review-due': {
    subject: 'break-glass',
    meaning: 'A break-glass waits for its review: once a day until it is reviewed',
  },
  'verdict.decided': { subject: 'verdict', meaning: 'A verdict on new inputs was stored' },
  'verdict.holds-again': {
    subject: 'verdict',
    meaning: 'A stored verdict holds again, because its inputs are back',
  },
  'attestation.signed': {
    subject: 'verdict',
    meaning: 'A statement about a verdict was signed and stored',
  },
  'audit-pack.issued': { subject: 'release', meaning: 'An audit pack of a release was issued' },
  'token.created': { subject: 'token', meaning: 'An API token was created' },
  'token.revoked': { subject: 'token', meaning: 'An API token was revoked' },
  'issuer.trusted': { subject: 'issuer', meaning: 'An OpenID Connect issuer was trusted' },
  'issuer.revoked': { subject: 'issuer', meaning: 'An OpenID Connect issuer was revoked' },
  'session.signed-in': { subject: 'session', meaning: 'A person signed in' },
  'session.refused': {
    subject: 'identity',
    meaning: 'A person whom the identity provider knows may not sign in here',
  },
  'session.signed-out': { subject: 'session', meaning: 'A session ended before its time' },
  'identity.created': {
    subject: 'identity',
    meaning:
      'A name of a person was stored: at a sign-in, with a link, or when the person was disabled',
  },
  'identity.groups-changed': {
    subject: 'identity',
    meaning: 'The groups of a person differ from those at the sign-in before',
  },
  'identity.linked': { subject: 'identity-link', meaning: 'A name was linked to a person' },
  'identity.unlink-requested': {
    subject: 'identity-link',
    meaning: 'A person asked to end a link',
  },
  'identity.unlinked': { subject: 'identity-link', meaning: 'A second person ended a link' },
  'identity.disabled': {
    subject: 'identity',
    meaning: 'A person was disabled under all of its names',
  },
  'identity.enabled': { subject: 'identity', meaning: 'A person may call again' },
  'group-grant.created': { subject: 'group-grant', meaning: 'A group was given rights' },
  'group-grant.revoked': { subject: 'group-grant', meaning: 'Rights of a group were revoked' },
  'webhook.created': { subject: 'webhook', meaning: 'A webhook was created' },
  'webhook.rotated': { subject: 'webhook', meaning: 'A webhook got a new secret' },
  'webhook.tested': { subject: 'webhook', meaning: 'A caller sent a test to a webhook' },
  'webhook.disabled': {
    subject: 'webhook',
    meaning:
      'The server disabled a webhook: its receiver is gone or failed, or its creator was disabled',
  },
  'webhook.enabled': { subject: 'webhook', meaning: 'A disabled webhook was enabled' },
  'webhook.delivery-failed': {
    subject: 'webhook',
    meaning: 'The server gave up to deliver an event to a webhook',
  },
  'webhook.retried': { subject: 'webhook', meaning: 'A caller sent an event to a webhook again' },
  'webhook.revoked': { subject: 'webhook', meaning: 'A webhook was revoked' },
  'log.recovered': { subject: 'log', meaning: 'A new log began after a restore of the database' },
  'log.erased': { subject: 'log', meaning: 'The content of an event was erased' },
  'log.diverged': { subject: 'log', meaning: 'Entries of the log differ from events or tree' },
  'key.rotated': { subject: 'key', meaning: 'A signing key was replaced; the old key signed this' },
};

/**
 * A job records this type for each row that is older than the table of events. The type `beside-api`, for a write that
 * did not go through the API, is in the trigger of the migration.
 */
export const IMPORTED = 'imported';
