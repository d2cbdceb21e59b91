import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { uuid } from '../../contract/schemas.js';
import { mayCall } from '../../features/services.js';
import { AntiForgery, Page } from '../page.js';
import { Badge, Done, Panel, Time, type Tone } from '../parts/basics.js';
import { Project } from '../parts/deployments.js';
import { getPage, postForm } from '../route.js';
import { en } from '../texts/en.js';
import { namesOf, type Tools } from '../tools.js';

const TONES: Readonly<Record<string, Tone>> = {
  requested: 'warn',
  approved: 'good',
  revoked: 'bad',
};

const params = Type.Object({ id: uuid() });
const query = Type.Object({ done: Type.Optional(Type.String({ maxLength: 20 })) });

/** A waiver, and the forms of the second person. */
export function waiverPages(app: FastifyInstance, { services }: Tools): void {
  getPage(app, '/waivers/:id', { params, query }, async (visit) => {
    const {
      context,
      viewer,
      params: { id },
      query: { done },
    } = visit;
    const waiver = await services.getWaiver(context, id);
    const names = await namesOf(services, context, [waiver.projectId]);
    const { rule, state, reason, purl, projectId, releaseId, createdBy, createdAt } = waiver;
    const { approvedBy, approvedAt, expiresAt, revokeReason, revokedBy, about, matches } = waiver;
    const mayDecide =
      viewer.antiForgery !== undefined && mayCall(context, 'approveWaiver', projectId);
    return (
      <Page title={en.waivers.title(rule)} viewer={viewer} here="inbox">
        <p class="crumbs">
          <a href="/ui/inbox">{en.inbox.title}</a>
        </p>
        <div class="page-head">
          <h1>
            {en.waivers.title(rule)}{' '}
            <Badge tone={TONES[state] ?? 'quiet'}>{en.waivers.states[state]}</Badge>
          </h1>
        </div>
        <Done what={done} />
        <Panel id="waiver" title={en.waivers.about}>
          <p>{reason}</p>
          <dl class="facts">
            <div>
              <dt>{en.deployments.project}</dt>
              <dd>
                <Project id={projectId} names={names} />
              </dd>
            </div>
            <div>
              <dt>{en.deployments.release}</dt>
              <dd>
                {releaseId === null ? (
                  en.waivers.everyRelease
                ) : (
                  <a href={`/ui/releases/${releaseId}`}>{en.waivers.oneRelease}</a>
                )}
              </dd>
            </div>
            <div>
              <dt>{en.waivers.package}</dt>
              <dd>{purl ?? en.waivers.everyPackage}</dd>
            </div>
            <div>
              <dt>{en.waivers.requested}</dt>
              <dd>
                <Time at={createdAt} /> {en.environments.by(createdBy)}
              </dd>
            </div>
            {approvedAt !== null && (
              <div>
                <dt>{en.waivers.approved}</dt>
                <dd>
                  <Time at={approvedAt} /> {en.environments.by(approvedBy)}
                </dd>
              </div>
            )}
            <div>
              <dt>{en.waivers.expires}</dt>
              <dd>
                <Time at={expiresAt} />
              </dd>
            </div>
          </dl>
          <p class="hint">{en.waivers.matches(about, matches?.length)}</p>
          {revokeReason !== null && (
            <p class="notice bad">{en.releases.revoked(revokedBy, revokeReason)}</p>
          )}
        </Panel>
        {mayDecide && state === 'requested' && (
          <Panel id="approve" title={en.waivers.approveTitle}>
            <form method="post" action={`/ui/waivers/${id}/approve`} class="stack">
              <AntiForgery viewer={viewer} />
              <p class="hint">{en.waivers.approveHint}</p>
              <p class="actions">
                <button type="submit" class="primary">
                  {en.waivers.approve}
                </button>
              </p>
            </form>
          </Panel>
        )}
        {mayDecide && (state === 'requested' || state === 'approved') && (
          <Panel id="revoke" title={en.waivers.revokeTitle}>
            <form method="post" action={`/ui/waivers/${id}/revoke`} class="stack">
              <AntiForgery viewer={viewer} />
              <label>
                {en.waivers.why}
                <textarea name="reason" rows={2} required maxLength={2000} />
              </label>
              <p class="actions">
                <button type="submit" class="danger">
                  {en.waivers.revoke}
                </button>
              </p>
            </form>
          </Panel>
        )}
      </Page>
    );
  });

  postForm(app, '/waivers/:id/approve', { params }, async ({ context, params: { id } }) => {
    await services.approveWaiver(context, id);
    return `/ui/waivers/${id}?done=waived`;
  });

  postForm(app, '/waivers/:id/revoke', { params }, async ({ context, params: { id } }, form) => {
    await services.revokeWaiver(context, id, { reason: form.reason });
    return `/ui/waivers/${id}?done=revoked`;
  });
}
