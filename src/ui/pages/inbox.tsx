import type { FastifyInstance } from 'fastify';
import { mayCall } from '../../features/services.js';
import { Page, type Viewer } from '../page.js';
import { Empty, Missing, Panel, Time } from '../parts/basics.js';
import { projectName } from '../parts/deployments.js';
import { type BreakGlass, Glasses } from '../parts/glasses.js';
import { getPage } from '../route.js';
import { en } from '../texts/en.js';
import { type CallContext, namesOf, type Tools } from '../tools.js';

const SHOWN = 50;
/** Days in which a waiver ends soon. */
const SOON = 14;

type Services = Tools['services'];
type Entry = Awaited<ReturnType<Services['listInbox']>>['items'][number];
type Waiver = Awaited<ReturnType<Services['listWaivers']>>['items'][number];

/** What waits for the viewer. A part that it may not read is undefined. */
interface Inbox {
  readonly wanted: readonly Entry[] | undefined;
  readonly voided: readonly Entry[];
  readonly waivers: readonly Waiver[] | undefined;
  /** Approved ones that end soon. */
  readonly ending: readonly Waiver[];
  readonly glasses: readonly BreakGlass[];
  readonly names: ReadonlyMap<number, string>;
}

const GLASS_STATES = ['pending', 'review', 'overdue'] as const;

export async function inboxOf(
  services: Services,
  context: CallContext,
  limit = SHOWN,
): Promise<Inbox> {
  const may = (operation: Parameters<typeof mayCall>[1]) => mayCall(context, operation);
  const inbox = (state: 'wanted' | 'void') =>
    services.listInbox(context, { limit, state, mine: true });
  const wanted = may('listInbox') ? (await inbox('wanted')).items : undefined;
  const voided = may('listInbox') ? (await inbox('void')).items : [];
  const waivers = may('listWaivers')
    ? (await services.listWaivers(context, { limit, state: 'requested' })).items
    : undefined;
  const ending = may('listEndingWaivers')
    ? (await services.listEndingWaivers(context, { limit, days: SOON })).items
    : [];
  const glasses: BreakGlass[] = [];
  for (const state of may('listBreakGlass') ? GLASS_STATES : []) {
    glasses.push(...(await services.listBreakGlass(context, { limit, state })).items);
  }
  const ids = [...(waivers ?? []), ...ending, ...glasses].map(({ projectId }) => projectId);
  return { wanted, voided, waivers, ending, glasses, names: await namesOf(services, context, ids) };
}

const pathOf = ({ release, request, approval }: Entry, environment?: string) => {
  const name = environment ?? request?.environments[0] ?? approval?.environment ?? '';
  return `/ui/releases/${release.id}/decide?environment=${name}`;
};

const Wanted = ({ items }: { items: readonly Entry[] }) => (
  <ul class="rows">
    {items.map((entry) => {
      const { project, release, request } = entry;
      return (
        <li key={`${release.id} ${request?.id}`}>
          <div>
            <strong>
              {project.name} {release.version}
            </strong>
            <div class="quiet">
              {request && (
                <>
                  {request.byGate
                    ? en.inbox.gateAsks(request.requestedBy)
                    : en.inbox.asks(request.requestedBy)}
                  , <Time at={request.requestedAt} />
                  {request.plannedFor && (
                    <>
                      , {en.inbox.planned} <Time at={request.plannedFor} />
                    </>
                  )}
                  , {en.inbox.ends} <Time at={request.endsAt} />
                </>
              )}
            </div>
            {request?.note && <div>{request.note}</div>}
          </div>
          <span class="row-actions">
            {(request?.environments ?? []).map((environment) => (
              <a class="button" key={environment} href={pathOf(entry, environment)}>
                {en.inbox.decideFor(environment)}
              </a>
            ))}
          </span>
        </li>
      );
    })}
  </ul>
);

const Voided = ({ items }: { items: readonly Entry[] }) => (
  <Panel id="void" title={en.inbox.voided}>
    <ul class="rows">
      {items.map((entry) => (
        <li key={entry.approval?.id}>
          <div>
            <strong>
              {entry.project.name} {entry.release.version}
            </strong>{' '}
            {entry.approval?.environment}
            {entry.approval?.because.map((why) => (
              <div class="quiet" key={why}>
                {why}
              </div>
            ))}
          </div>
          <a class="button" href={pathOf(entry)}>
            {en.inbox.again}
          </a>
        </li>
      ))}
    </ul>
  </Panel>
);

const Waivers = ({ items, names }: { items: readonly Waiver[]; names: Inbox['names'] }) => (
  <ul class="rows">
    {items.map((one) => (
      <li key={one.id}>
        <div>
          <strong>
            <a href={`/ui/waivers/${one.id}`}>{one.rule}</a>
          </strong>{' '}
          {projectName(names, one.projectId)}
          <div>{one.reason}</div>
          <div class="quiet">
            {en.environments.by(one.createdBy)}, {en.waivers.until} <Time at={one.expiresAt} />
          </div>
        </div>
      </li>
    ))}
  </ul>
);

const InboxView = ({ viewer, inbox }: { viewer: Viewer; inbox: Inbox }) => {
  const { wanted, voided, waivers, ending, glasses, names } = inbox;
  return (
    <Page title={en.inbox.title} viewer={viewer} here="inbox">
      <div class="page-head">
        <h1>{en.inbox.title}</h1>
        <p class="lead">{en.inbox.lead}</p>
      </div>
      <Panel id="wanted" title={en.inbox.wanted}>
        {wanted === undefined && <Missing scope="approvals:read" />}
        {wanted?.length === 0 && <Empty>{en.inbox.noneWanted}</Empty>}
        {wanted && wanted.length > 0 && <Wanted items={wanted} />}
      </Panel>
      {voided.length > 0 && <Voided items={voided} />}
      <Panel id="waivers" title={en.inbox.waivers}>
        {waivers === undefined && <Missing scope="waivers:read" />}
        {waivers?.length === 0 && <Empty>{en.inbox.noWaivers}</Empty>}
        {waivers && waivers.length > 0 && <Waivers items={waivers} names={names} />}
      </Panel>
      {ending.length > 0 && (
        <Panel id="ending" title={en.inbox.ending(SOON)}>
          <p class="hint">{en.inbox.endingHint}</p>
          <Waivers items={ending} names={names} />
        </Panel>
      )}
      {glasses.length > 0 && (
        <Panel id="glasses" title={en.environments.brokenGlass}>
          <Glasses items={glasses} names={names} />
        </Panel>
      )}
    </Page>
  );
};

export function inboxPage(app: FastifyInstance, { services }: Tools): void {
  getPage(app, '/inbox', {}, async ({ context, viewer }) =>
    InboxView({ viewer, inbox: await inboxOf(services, context) }),
  );
}
