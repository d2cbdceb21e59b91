import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { projectId, uuid } from '../../contract/schemas.js';
import { Page } from '../page.js';
import { Badge, Empty, More, Panel, Short, Table, Time } from '../parts/basics.js';
import { getPage } from '../route.js';
import { en } from '../texts/en.js';
import { CURSOR, type Tools } from '../tools.js';

const SHOWN = 50;
const STATE_TONES = { open: 'info', sealed: 'good', revoked: 'bad' } as const;

/** Projects by name, and the releases of one: the way to a release without a link. */
export function projectPages(app: FastifyInstance, { services }: Tools): void {
  const list = Type.Object({ after: CURSOR });
  getPage(app, '/projects', { query: list }, async ({ context, viewer, query: { after } }) => {
    const request = { sort: 'name', limit: SHOWN, cursor: after } as const;
    const { items, next } = await services.listProjects(context, request);
    return (
      <Page title={en.projects.title} viewer={viewer} here="projects">
        <div class="page-head">
          <h1>{en.projects.title}</h1>
        </div>
        {items.length === 0 ? (
          <Empty>{en.projects.none}</Empty>
        ) : (
          <div class="panel">
            <ul class="rows">
              {items.map(({ id, name, description }) => (
                <li key={id}>
                  <div>
                    <a href={`/ui/projects/${id}`} class="strong">
                      {name}
                    </a>
                    {description && <div class="quiet">{description}</div>}
                  </div>
                </li>
              ))}
            </ul>
          </div>
        )}
        <More href={next && `/ui/projects?after=${next}`} />
      </Page>
    );
  });

  const params = Type.Object({ id: projectId });
  const page = Type.Object({ after: Type.Optional(uuid()) });
  getPage(app, '/projects/:id', { params, query: page }, async (visit) => {
    const {
      context,
      viewer,
      params: { id },
      query: { after },
    } = visit;
    const project = await services.getProject(context, id);
    const request = { limit: SHOWN, state: 'all', cursor: after } as const;
    const { items, next } = await services.listReleases(context, id, request);
    return (
      <Page title={project.name} viewer={viewer} here="projects">
        <p class="crumbs">
          <a href="/ui/projects">{en.projects.title}</a>
        </p>
        <div class="page-head">
          <h1>{project.name}</h1>
          {project.description && <p class="lead">{project.description}</p>}
        </div>
        <Panel id="releases" title={en.projects.releases}>
          {items.length === 0 ? (
            <Empty>{en.projects.noReleases}</Empty>
          ) : (
            <Table
              label={en.projects.releases}
              heads={[
                en.releases.version,
                en.releases.state,
                en.releases.commit,
                en.releases.branch,
                en.releases.registered,
              ]}
            >
              {items.map((one) => (
                <tr key={one.id}>
                  <td>
                    <a href={`/ui/releases/${one.id}`} class="strong">
                      {one.version}
                    </a>
                  </td>
                  <td>
                    <Badge tone={STATE_TONES[one.state]}>{en.releases.states[one.state]}</Badge>
                  </td>
                  <td>
                    <Short of={one.commit} />
                  </td>
                  <td>{one.branch ?? ''}</td>
                  <td>
                    <Time at={one.createdAt} />
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Panel>
        <More href={next && `/ui/projects/${id}?after=${next}`} />
      </Page>
    );
  });
}
