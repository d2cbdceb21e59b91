import type { ComponentChildren } from 'preact';
import { webAddress } from '../safety.js';
import { en } from '../texts/en.js';

export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'quiet';

/** A state in one or two words. The words say it; the colour repeats it. */
export const Badge = ({ tone, children }: { tone: Tone; children: ComponentChildren }) => (
  <span class={`badge ${tone}`}>{children}</span>
);

/** `2026-11-25 10:05`, in UTC. */
export const minuteOf = (at: Date): string => at.toISOString().slice(0, 16).replace('T', ' ');

/** An instant, in UTC. The script shows it in the zone of the reader. */
export const Time = ({ at }: { at: Date }) => (
  <time dateTime={at.toISOString()}>
    {minuteOf(at)} {en.shell.utc}
  </time>
);

/** The start of a digest, a commit or an id. The whole is its title. */
export const Short = ({ of, length = 12 }: { of: string; length?: number }) => (
  <code title={of}>{of.slice(0, length)}</code>
);

/** A link that somebody else wrote. It is text if it does not lead to a web page. */
export const Outside = ({ url, children }: { url: string; children: ComponentChildren }) => {
  const address = webAddress(url);
  if (address === undefined) return <span>{children}</span>;
  return (
    <a href={address} rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
};

interface PanelProps {
  readonly id: string;
  readonly title: string;
  /** Beside the title. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

export const Panel = ({ id, title, aside, children }: PanelProps) => (
  <section class="panel" aria-labelledby={id}>
    <div class="panel-head">
      <h2 id={id}>{title}</h2>
      {aside}
    </div>
    {children}
  </section>
);

/** Sentences, one below the other. Each is there once. */
export const Lines = ({ of }: { of: readonly string[] }) => (
  <ul class="plain-list">
    {of.map((line) => (
      <li key={line}>{line}</li>
    ))}
  </ul>
);

/** What a break-glass overrides, if it overrides anything. */
export const Overrides = ({ of }: { of: readonly string[] }) =>
  of.length === 0 ? null : (
    <>
      <p>{en.answer.overrides}</p>
      <Lines of={of} />
    </>
  );

interface TableProps {
  readonly label: string;
  readonly heads: readonly string[];
  /** Its rows. */
  readonly children: ComponentChildren;
}

/** A table that scrolls on a narrow screen. */
export const Table = ({ label, heads, children }: TableProps) => (
  <div class="scroll">
    <table aria-label={label}>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
);

/** What a list says when it has nothing. */
export const Empty = ({ children }: { children: ComponentChildren }) => (
  <p class="empty">{children}</p>
);

/** A part of a page that the viewer has no right to see. */
export const Missing = ({ scope }: { scope: string }) => <Empty>{en.shell.missing(scope)}</Empty>;

/** What a form did, at the top of the page that follows. */
export const Done = ({ what }: { what: string | undefined }) => {
  const text = what === undefined ? undefined : (en.done as Record<string, string>)[what];
  if (text === undefined || !Object.hasOwn(en.done, what ?? '')) return null;
  return (
    <p class="notice good" role="status">
      {text}
    </p>
  );
};

/** The link to more of a list. */
export const More = ({ href }: { href: string | undefined }) =>
  href === undefined ? null : (
    <p class="more">
      <a href={href}>{en.shell.more}</a>
    </p>
  );

/** A command to copy. */
export const Command = ({ children }: { children: string }) => (
  <div class="command">
    <code data-copy="">{children}</code>
  </div>
);
