import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { mayCall, PAGE_SCOPES, type PageServices } from '../../features/services.js';
import { AppError } from '../../shared/app-error.js';
import { Page, type Viewer } from '../page.js';
import { Badge, Empty, Missing, More } from '../parts/basics.js';
import { Severity } from '../parts/rules.js';
import { getPage } from '../route.js';
import { en } from '../texts/en.js';
import { type CallContext, CURSOR, type Tools } from '../tools.js';

const SHOWN = 50;

/** Projects in which a version is looked for: each costs a statement. */
const PROJECTS = 20;

type Kind = 'vulnerability' | 'package' | 'digest' | 'version' | 'project';

const OPERATIONS = {
  vulnerability: 'findFindings',
  package: 'findComponents',
  digest: 'findArtifact',
  version: 'listReleases',
  project: 'listProjects',
} as const;

/** A version, or the name of a project and a version: `1.4.0`, `payments v1.4.0`. */
const VERSION = /^(?:(.+?)[\s@]+)?(v?\d+\.\d[A-Za-z0-9._+-]{0,120})$/;

/** What the text is. Any other text is a part of the name of a project. */
export function kindOf(text: string): Kind {
  if (/^pkg:/i.test(text)) return 'package';
  if (/^(?:sha256:)?[0-9a-f]{64}$/i.test(text)) return 'digest';
  if (/^[A-Z][A-Z0-9]{1,20}-[\w:-]+$/i.test(text) && /\d/.test(text)) return 'vulnerability';
  return VERSION.test(text) ? 'version' : 'project';
}

interface Row {
  readonly key: string;
  readonly href: string;
  readonly title: string;
  readonly state?: 'open' | 'sealed' | 'revoked' | undefined;
  readonly severity?: string;
  readonly detail: string;
}

interface Found {
  readonly rows: readonly Row[];
  readonly next: string | undefined;
  /** Whether more projects have the name than were looked into. */
  readonly isPart?: boolean;
}

interface Place {
  readonly release: { readonly id: string; readonly version: string; readonly state: string };
  readonly project: { readonly name: string };
}

const placeOf = ({ release, project }: Place) => ({
  href: `/ui/releases/${release.id}`,
  title: `${project.name} ${release.version}`,
  state: release.state as Row['state'],
});

/** Releases with the version in projects with the name. Without a name, in all. */
async function findVersion(
  services: PageServices,
  context: CallContext,
  text: string,
): Promise<Found> {
  const [, name, version = ''] = VERSION.exec(text) ?? [];
  const asked = { sort: 'name', limit: PROJECTS, ...(name !== undefined && { q: name }) } as const;
  const projects = await services.listProjects(context, asked);
  const rows: Row[] = [];
  for (const project of projects.items) {
    const request = { limit: 1, state: 'all', version } as const;
    for (const release of (await services.listReleases(context, project.id, request)).items) {
      const detail = release.branch ?? '';
      rows.push({ ...placeOf({ release, project }), key: release.id, detail });
    }
  }
  return { rows, next: undefined, isPart: projects.next !== undefined };
}

async function find(
  services: PageServices,
  context: CallContext,
  { kind, text, cursor }: { kind: Kind; text: string; cursor: string | undefined },
): Promise<Found> {
  const page = { limit: SHOWN, cursor };
  if (kind === 'vulnerability') {
    const { items, next } = await services.findFindings(context, { ...page, cve: text });
    const rows = items.map((one) => ({
      ...placeOf(one),
      key: `${one.evidenceId} ${one.ordinal}`,
      severity: one.severity,
      detail: [one.rule, one.packageName, one.packageVersion].filter(Boolean).join(' '),
    }));
    return { rows, next };
  }
  if (kind === 'package') {
    const { items, next } = await services.findComponents(context, { ...page, purl: text });
    const rows = items.map((one) => ({
      ...placeOf(one),
      key: `${one.evidenceId} ${one.ordinal}`,
      detail: `${one.name} ${one.version ?? ''}`,
    }));
    return { rows, next };
  }
  if (kind === 'digest') {
    const digest = text.toLowerCase().replace(/^sha256:/, '');
    const found = services.findArtifact(context, digest, page).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'artifact-not-found') return { items: [] };
      throw error;
    });
    const { items, next }: Awaited<ReturnType<PageServices['findArtifact']>> = await found;
    return { rows: items.map((one) => ({ ...placeOf(one), key: one.id, detail: one.name })), next };
  }
  if (kind === 'version') return findVersion(services, context, text);
  const request = { ...page, sort: 'name', q: text } as const;
  const { items, next } = await services.listProjects(context, request);
  const rows = items.map(({ id, name, description }) => ({
    key: String(id),
    href: `/ui/projects/${id}`,
    title: name,
    detail: description ?? '',
  }));
  return { rows, next };
}

const STATE_TONES = { open: 'info', sealed: 'good', revoked: 'bad' } as const;

const Rows = ({ rows }: { rows: readonly Row[] }) => (
  <div class="panel">
    <ul class="rows">
      {rows.map(({ key, href, title, state, severity, detail }) => (
        <li key={key}>
          <div>
            <a href={href} class="strong">
              {title}
            </a>{' '}
            {state && <Badge tone={STATE_TONES[state]}>{en.releases.states[state]}</Badge>}
            <div class="quiet">
              {severity && <Severity of={severity} />} {detail}
            </div>
          </div>
        </li>
      ))}
    </ul>
  </div>
);

interface Props {
  readonly viewer: Viewer;
  readonly text: string;
  readonly kind: Kind;
  /** undefined: the viewer may not search for this. */
  readonly found: Found | undefined;
  /** The scope that this needs. */
  readonly missing: string;
}

const SearchView = ({ viewer, text, kind, found, missing }: Props) => (
  <Page title={en.search.title} viewer={viewer} here="search" sought={text}>
    <div class="page-head">
      <h1>{text === '' ? en.search.title : en.search.for[kind](text)}</h1>
      <p class="lead">{en.search.lead}</p>
    </div>
    {text !== '' && found === undefined && <Missing scope={missing} />}
    {found?.rows.length === 0 && <Empty>{en.search.nothing[kind]}</Empty>}
    {found && found.rows.length > 0 && <Rows rows={found.rows} />}
    {found?.isPart && <p class="hint">{en.search.part(PROJECTS)}</p>}
    <More href={found?.next && `/ui/search?q=${encodeURIComponent(text)}&after=${found.next}`} />
  </Page>
);

const query = Type.Object({
  q: Type.String({ maxLength: 1000, default: '' }),
  after: CURSOR,
});

export function searchPage(app: FastifyInstance, { services }: Tools): void {
  getPage(app, '/search', { query }, async ({ context, viewer, query: { q, after: cursor } }) => {
    const text = q.trim();
    const kind = kindOf(text);
    const may =
      text !== '' &&
      mayCall(context, OPERATIONS[kind]) &&
      (kind !== 'version' || mayCall(context, 'listProjects'));
    const found = may ? await find(services, context, { kind, text, cursor }) : undefined;
    const reads = mayCall(context, OPERATIONS[kind]);
    const missing = PAGE_SCOPES[reads ? 'listProjects' : OPERATIONS[kind]];
    return SearchView({ viewer, text, kind, found, missing });
  });
}
