/**
 * A second, naive implementation of the gate: lists that are searched from the start, and the tables of
 * docs/promotion.md, docs/approvals.md and docs/break-glass.md. It shares no code with the server.
 */

export const HOUR_MS = 3_600_000;
export const SEVERITIES = ['LOW', 'HIGH', 'CRITICAL'] as const;
export type Severity = (typeof SEVERITIES)[number];
export type Intent = 'ordinary' | 'rollback';

/** What the two environments ask for. `stage` has the first rule, and no new critical finding. */
export const ASKED = { maximum: 1, minimum: 2, days: 3, soakHours: 2, reviewDays: 7 } as const;
export const ENVIRONMENTS = ['stage', 'prod'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export interface Waiver {
  readonly id: string;
  readonly cve: string;
  readonly by: string;
  readonly expires: number;
  revoked: boolean;
}

/** What a person sees of a release. */
export interface State {
  readonly findings: ReadonlyMap<string, Severity>;
  readonly waived: ReadonlySet<string>;
  readonly artifacts: number;
}

export interface Said {
  readonly id: string;
  readonly by: string;
  readonly decision: 'approve' | 'reject';
  readonly seen: string;
  readonly saw: State;
  readonly at: number;
  withdrawn: boolean;
}

export interface Release {
  readonly id: string;
  readonly version: string;
  findings: Map<string, Severity>;
  /** When each artifact was added. */
  readonly artifacts: number[];
  readonly waivers: Waiver[];
  readonly said: Said[];
  revoked: boolean;
  /** Number of the revocation among all acts. */
  revokedAs: number;
}

export interface Window {
  readonly id: string;
  readonly kind: 'freeze' | 'change';
  readonly from: number;
  readonly to: number;
  readonly own: boolean;
}

export interface Stop {
  readonly id: string;
  readonly rollbacks: boolean;
  readonly own: boolean;
  /** Number among all acts. */
  readonly as: number;
}

export interface Glass {
  readonly id: string;
  readonly name: Environment;
  readonly release: Release;
  readonly by: string;
  readonly force: boolean;
  readonly minutes: number;
  readonly requested: number;
  second?: string;
  /** Undefined: it waits for its second person, or never opened. */
  opened?: number;
  /** Number of the opening among all acts. */
  openedAs: number;
  ended: boolean;
  reviewed: boolean;
}

/** A record, in the order of creation. */
export interface Record {
  readonly id: string;
  readonly release: Release;
  readonly created: number;
  /** Whether it counts: as a target of rollbacks, and as a stay. */
  readonly permitted: boolean;
  readonly authorization: string;
  /** Severities that its release had then. */
  readonly findings: ReadonlyMap<string, Severity>;
  /** Number of its creation among all creations and ends. */
  readonly begun: number;
  state: 'started' | 'succeeded' | 'failed';
  ended: number;
  /** Number of its end among the same. */
  order: number;
}

const isGood = ({ authorization }: Record) => authorization !== 'unauthorized';

export class Place {
  windows: Window[] = [];
  stops: Stop[] = [];
  readonly records: Record[] = [];

  /** What succeeded, in the order in which it ran. */
  ran(): Record[] {
    return this.records
      .filter(({ state }) => state === 'succeeded')
      .sort((a, b) => a.order - b.order);
  }

  running(): Record | undefined {
    return this.ran().at(-1);
  }

  /** When another release was last started or failed since what runs succeeded: 0 if none was. */
  interrupted(): number {
    const running = this.running();
    if (!running) return 0;
    const others = this.records.filter(
      ({ release, state, begun, order }) =>
        release !== running.release &&
        ((state === 'failed' && order > running.order) ||
          (state === 'started' && begun > running.order)),
    );
    return Math.max(
      0,
      ...others.map(({ state, ended, created }) => (state === 'failed' ? ended : created)),
    );
  }

  /** What releases are compared with: the last that ran with authorization, as a rollback or by a break-glass. */
  base(): Record | undefined {
    return this.ran().findLast(isGood);
  }

  isOpen(at: number): boolean {
    const own = this.windows.filter((window) => window.own);
    const open = own.filter(({ from, to }) => from <= at && at < to);
    if (open.some(({ kind }) => kind === 'freeze')) return false;
    return !own.some(({ kind }) => kind === 'change') || open.some(({ kind }) => kind === 'change');
  }

  stopped(): Stop[] {
    return this.stops.filter(({ own }) => own);
  }
}

const isCounted = (severity: Severity | undefined) => severity !== undefined && severity !== 'LOW';
const counted = ({ findings }: Pick<State, 'findings'>) =>
  [...findings].filter(([, severity]) => isCounted(severity)).map(([cve]) => cve);
const fails = (state: State) =>
  counted(state).filter((cve) => !state.waived.has(cve)).length > ASKED.maximum;

/** Whether a critical finding without a waiver was none, or less than that, when the base was deployed. */
const hasNew = (state: State, base: Record | undefined) =>
  [...state.findings].some(
    ([cve, severity]) =>
      severity === 'CRITICAL' && !state.waived.has(cve) && base?.findings.get(cve) !== 'CRITICAL',
  );

export function stateOf(release: Release, at: number): State {
  const waivers = release.waivers.filter(({ revoked, expires }) => !revoked && at < expires);
  return {
    findings: new Map(release.findings),
    waived: new Set(waivers.map(({ cve }) => cve)),
    artifacts: release.artifacts.length,
  };
}

/** Whether somebody who saw one state would see nothing worse in the other. */
function isNoWorse(seen: State, now: State): boolean {
  if (seen.artifacts !== now.artifacts) return false;
  return counted(now).every((cve) => {
    const [before, after] = [seen.findings.get(cve), now.findings.get(cve)];
    if (!before || !after || !isCounted(before)) return false;
    if (SEVERITIES.indexOf(after) > SEVERITIES.indexOf(before)) return false;
    const coversRed = now.waived.has(cve) && !seen.waived.has(cve) && fails(seen);
    return !coversRed;
  });
}

function isApproved(release: Release, at: number): boolean {
  const now = stateOf(release, at);
  const said = release.said.filter(({ withdrawn }) => !withdrawn);
  if (said.some(({ decision }) => decision === 'reject')) return false;
  const requesters = release.waivers
    .filter(({ cve, revoked, expires }) => !revoked && at < expires && counted(now).includes(cve))
    .map(({ by }) => by);
  const people = said.filter(
    (one) =>
      isNoWorse(one.saw, now) &&
      at - one.at < ASKED.days * 24 * HOUR_MS &&
      !requesters.includes(one.by),
  );
  return new Set(people.map(({ by }) => by)).size >= ASKED.minimum;
}

const isWhole = ({ release, created }: Record) => release.artifacts.every((at) => at <= created);

export class NaiveGate {
  readonly places = { stage: new Place(), prod: new Place() };
  readonly glasses: Glass[] = [];

  isPending({ opened, ended, requested }: Glass, at: number): boolean {
    return opened === undefined && !ended && at - requested < HOUR_MS / 4;
  }

  isOpen({ opened, ended, minutes }: Glass, at: number): boolean {
    return opened !== undefined && !ended && at < opened + minutes * 60_000;
  }

  isOver(glass: Glass, at: number): boolean {
    return glass.opened !== undefined && !this.isOpen(glass, at);
  }

  glassOf(name: Environment, release: Release, at: number): Glass | undefined {
    return this.glasses.find(
      (one) =>
        one.name === name &&
        one.release === release &&
        (this.isPending(one, at) || this.isOpen(one, at)),
    );
  }

  isReviewOverdue(at: number): boolean {
    return this.glasses.some(
      ({ opened, reviewed }) =>
        opened !== undefined && !reviewed && at - opened >= ASKED.reviewDays * 24 * HOUR_MS,
    );
  }

  /** What the gate answers: a glass that covers the release marks each allow. */
  answer(name: Environment, release: Release, intent: Intent, at: number) {
    const otherwise = this.may(name, release, intent, at) ? 'allow' : 'deny';
    const glass = this.glassOf(name, release, at);
    if (!glass || !this.isOpen(glass, at)) return otherwise;
    if (release.artifacts.some((added) => added > glass.requested)) return otherwise;
    const isRollback = intent === 'rollback' && this.isTarget(name, release, at);
    const acts = [
      ...(release.revoked ? [release.revokedAs] : []),
      ...this.places[name]
        .stopped()
        .filter(({ rollbacks }) => !(isRollback && rollbacks))
        .map((stop) => stop.as),
    ];
    const passes = glass.force ? acts.every((as) => as < glass.openedAs) : acts.length === 0;
    return passes ? 'break-glass' : 'deny';
  }

  /** Whether the release stayed in `stage`, authorized and long enough. */
  isPromoted(release: Release, at: number): boolean {
    const ran = this.places.stage.ran();
    return ran.some((one, index) => {
      if (one.release !== release || !one.permitted || !isWhole(one)) return false;
      const next = ran.slice(index + 1).find((later) => later.release !== release);
      return (next?.ended ?? at) - one.ended >= ASKED.soakHours * HOUR_MS;
    });
  }

  isTarget(name: Environment, release: Release, at: number): boolean {
    const ran = this.places[name].ran();
    const running = ran.at(-1);
    if (!running) return false;
    const interrupted = this.places[name].interrupted();
    if (running.release === release && interrupted === 0) return false;
    const ended = this.places[name].records
      .filter(
        (one) =>
          one.release === release &&
          (one.state === 'failed' || (one.state === 'succeeded' && isGood(one))),
      )
      .sort((a, b) => a.order - b.order);
    if (ended.at(-1)?.state === 'failed') return false;
    const last = ran.findLastIndex(
      (one) => one.release === release && one.permitted && isWhole(one),
    );
    const left = ran[last + 1]?.ended ?? interrupted;
    return last >= 0 && at - left < 90 * 24 * HOUR_MS;
  }

  /** @param at the clock; all else is as it is */
  may(name: Environment, release: Release, intent: Intent, at: number): boolean {
    const place = this.places[name];
    if (release.revoked || fails(stateOf(release, at))) return false;
    if (name === 'stage' && hasNew(stateOf(release, at), place.base())) return false;
    const stops = place.stopped();
    if (intent === 'rollback' && this.isTarget(name, release, at)) {
      return stops.every(({ rollbacks }) => rollbacks);
    }
    if (stops.length > 0 || !place.isOpen(at)) return false;
    if (name === 'stage') return true;
    return isApproved(release, at) && this.isPromoted(release, at) && !this.isReviewOverdue(at);
  }
}
