import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { uuid } from '../../contract/schemas.js';
import type { PageServices } from '../../features/services.js';
import { Page, type Viewer } from '../page.js';
import { Empty, More, Table } from '../parts/basics.js';
import { projectName } from '../parts/deployments.js';
import { getPage } from '../route.js';
import { en } from '../texts/en.js';
import { CURSOR, namesOf, type Tools } from '../tools.js';

const SHOWN = 100;

type Listed = Awaited<ReturnType<PageServices['listComponents']>>;

const query = Type.Object({
  purl: Type.Optional(Type.String({ maxLength: 1000 })),
  licence: Type.Optional(Type.String({ maxLength: 200 })),
  after: CURSOR,
});

interface Props {
  readonly viewer: Viewer;
  readonly id: string;
  readonly title: string;
  readonly listed: Listed;
  readonly asked: Static<typeof query>;
}

const Filter = ({ path, asked }: { path: string; asked: Props['asked'] }) => (
  <form method="get" action={path} class="filter">
    <label>
      {en.components.purl}
      <input name="purl" value={asked.purl ?? ''} maxLength={1000} placeholder="pkg:npm/lodash" />
    </label>
    <label>
      {en.components.licence}
      <input name="licence" value={asked.licence ?? ''} maxLength={200} placeholder="MIT" />
    </label>
    <button type="submit">{en.components.filter}</button>
  </form>
);

const Components = ({ viewer, id, title, listed: { items, next }, asked }: Props) => {
  const path = `/ui/releases/${id}/components`;
  const more = new URLSearchParams({
    ...(asked.purl && { purl: asked.purl }),
    ...(asked.licence && { licence: asked.licence }),
    after: next ?? '',
  });
  return (
    <Page title={en.components.title(title)} viewer={viewer} here="projects">
      <p class="crumbs">
        <a href={`/ui/releases/${id}`}>{title}</a>
      </p>
      <div class="page-head">
        <h1>{en.components.title(title)}</h1>
        <p class="lead">{en.components.lead}</p>
      </div>
      <Filter path={path} asked={asked} />
      <div class="panel">
        {items.length === 0 ? (
          <Empty>{en.components.none}</Empty>
        ) : (
          <Table
            label={en.components.title(title)}
            heads={[
              en.components.name,
              en.components.version,
              en.components.licences,
              en.components.purl,
              en.components.report,
            ]}
          >
            {items.map((one) => (
              <tr key={`${one.evidenceId} ${one.ordinal}`}>
                <td class="strong">{one.name}</td>
                <td>{one.version ?? ''}</td>
                <td>{one.licences.join(', ')}</td>
                <td>
                  {one.purl !== null && (
                    <a href={`/ui/search?q=${encodeURIComponent(one.purl)}`}>
                      <code>{one.purl}</code>
                    </a>
                  )}
                </td>
                <td>{one.kind}</td>
              </tr>
            ))}
          </Table>
        )}
      </div>
      <More href={next && `${path}?${more}`} />
    </Page>
  );
};

const params = Type.Object({ id: uuid() });

/** The components in current SBOMs of a release. */
export function componentsPage(app: FastifyInstance, { services }: Tools): void {
  getPage(app, '/releases/:id/components', { params, query }, async (visit) => {
    const { context, viewer } = visit;
    const { id } = visit.params;
    const release = await services.getRelease(context, id);
    const names = await namesOf(services, context, [release.projectId]);
    // A form sends a field that nobody filled in as an empty text.
    const { purl, licence, after } = visit.query;
    const asked = { ...(purl && { purl }), ...(licence && { licence }), cursor: after };
    const listed = await services.listComponents(context, id, { limit: SHOWN, ...asked });
    const title = `${projectName(names, release.projectId)} ${release.version}`;
    return Components({ viewer, id, title, listed, asked: visit.query });
  });
}
