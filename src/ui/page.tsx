import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { ASSETS } from './assets.js';
import { PAGE_HEADERS } from './safety.js';
import { en } from './texts/en.js';

/** Who looks at a page. */
export interface Viewer {
  /** The name to show. undefined: nobody signed in. */
  readonly name: string | undefined;
  /** Of forms. undefined: the page only reads. */
  readonly antiForgery: string | undefined;
}

export type Place = 'inbox' | 'environments' | 'denials' | 'projects' | 'policies' | 'search';

interface PageProps {
  readonly title: string;
  readonly viewer: Viewer;
  readonly here?: Place | undefined;
  /** What the box of the search has. */
  readonly sought?: string;
  readonly children: ComponentChildren;
}

const NAVIGATION: readonly [Place, string][] = [
  ['inbox', '/ui/inbox'],
  ['environments', '/ui/environments'],
  ['denials', '/ui/denials'],
  ['projects', '/ui/projects'],
  ['policies', '/ui/policies'],
];

export const AntiForgery = ({ viewer }: { viewer: Viewer }) => (
  <input type="hidden" name="antiForgery" value={viewer.antiForgery ?? ''} />
);

const Person = ({ viewer }: { viewer: Viewer }) => {
  if (viewer.name === undefined) return <span class="who">{en.shell.nobody}</span>;
  return (
    <div class="who">
      <span title={en.shell.signedInAs(viewer.name)}>{viewer.name}</span>
      {viewer.antiForgery !== undefined && (
        <form method="post" action="/ui/sign-out">
          <AntiForgery viewer={viewer} />
          <button type="submit" class="plain">
            {en.shell.signOut}
          </button>
        </form>
      )}
    </div>
  );
};

/** The frame of every page. */
export const Page = ({ title, viewer, here, sought = '', children }: PageProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{en.shell.titleOf(title)}</title>
      <link rel="stylesheet" href={ASSETS.style} />
      <script src={ASSETS.script} defer />
    </head>
    <body data-copy-label={en.shell.copy} data-copied-label={en.shell.copied}>
      <a class="skip" href="#main">
        {en.shell.skip}
      </a>
      <header class="top">
        <a class="brand" href="/ui">
          <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
            <path class="mark" d="M12 2 4 5.5v6c0 5 3.4 8.9 8 10.5 4.6-1.6 8-5.5 8-10.5v-6z" />
            <path class="tick" d="m8.4 12 2.6 2.6 4.8-5.2" />
          </svg>
          {en.shell.brand}
        </a>
        <nav aria-label={en.shell.navigation}>
          {NAVIGATION.map(([place, href]) => (
            <a key={place} href={href} aria-current={place === here ? 'page' : undefined}>
              {en.shell.places[place]}
            </a>
          ))}
        </nav>
        <search>
          <form method="get" action="/ui/search">
            <input
              type="search"
              name="q"
              value={sought}
              maxLength={1000}
              aria-label={en.shell.search}
              placeholder={en.shell.searchHint}
            />
          </form>
        </search>
        <Person viewer={viewer} />
      </header>
      <main id="main">{children}</main>
      <footer>
        <a href="/docs">{en.shell.api}</a>
        <span>{en.shell.times}</span>
      </footer>
    </body>
  </html>
);

/** Sends a page. Text in it is escaped by the renderer. */
export const sendPage = (reply: FastifyReply, page: VNode, status = 200) =>
  reply
    .code(status)
    .headers(PAGE_HEADERS)
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>${renderToString(page)}`);

/** The viewer of a request. A request that was refused before has none. */
export function viewerOf({ callContext, session }: Partial<FastifyRequest>): Viewer {
  const { subject, credential } = callContext?.caller ?? {};
  const isKnown = credential !== undefined && credential !== 'anonymous';
  // The subject of a login is the issuer and its name for the person.
  const name = isKnown ? subject?.slice(subject.lastIndexOf('|') + 1) : undefined;
  return { name, antiForgery: session?.antiForgeryToken };
}
