import { comparable } from '../../access/four-eyes.js';
import type { Statement } from '../../database/sql.js';
import { hasDigest } from '../../events/index.js';
import { isErased } from './latest.sql.js';
import type { Verifier } from './verifier.js';

const PAGE = 1000;

/** Events that name identities, in order. `$1`: unreadable events, `$2`: id of the one before, `$3`: maximum number. */
const NAMING: Statement = {
  name: 'verify-naming-events',
  text: `SELECT e.id, e.type, e.subject_id AS "subjectId", e.actor, e.data FROM events e
          WHERE e.type IN ('identity.created', 'identity.disabled', 'identity.enabled', 'identity.linked',
                           'identity.groups-changed', 'session.refused')
            AND NOT ${isErased('e')} AND e.id <> ALL ($1::uuid[]) AND ($2::uuid IS NULL OR e.id > $2)
          ORDER BY e.id LIMIT $3`,
};

/**
 * `beside`: the row is as it was last written beside the API; null: it was not. `$1`: id of the one before, `$2`:
 * maximum number, `$3`: unreadable events.
 */
const IDENTITIES: Statement = {
  name: 'verify-identities',
  text: `SELECT t.id, t.key, t.subject, t.disabled_by AS "disabledBy", t.disabled_at IS NOT NULL AS disabled,
                (SELECT ${hasDigest('identity', `(e.data::jsonb ->> 'after')`, { without: [] })} FROM events e
                  WHERE e.subject_kind = 'identity' AND e.subject_id = t.id::text AND e.type = 'beside-api'
                    AND e.id <> ALL ($3::uuid[])
                  ORDER BY e.id DESC LIMIT 1) AS beside
           FROM identities t WHERE $1::uuid IS NULL OR t.id > $1 ORDER BY t.id LIMIT $2`,
};

/** Whether an event about an identity was erased: then names may be missing here. */
const UNKNOWN: Statement = {
  text: `SELECT 1 FROM events e
          WHERE e.subject_kind IN ('identity', 'identity-link') AND ${isErased('e')} LIMIT 1`,
};

interface Naming {
  readonly id: string;
  readonly type: string;
  readonly subjectId: string;
  readonly actor: string;
  readonly data: string;
}

interface Named {
  /** By the form of names in which they are compared: who disabled the person, or null. */
  readonly names: Map<string, string | null>;
  readonly ids: Set<string>;
}

const texts = (value: unknown): string[] =>
  [value].flat().filter((one): one is string => typeof one === 'string');

async function namedBy({ read }: Verifier, unreadable: readonly string[]): Promise<Named> {
  const named: Named = { names: new Map(), ids: new Set() };
  for (let before: string | null = null; ; ) {
    const events: Naming[] = await read<Naming>(NAMING, [unreadable, before, PAGE]);
    for (const { type, subjectId, actor, data } of events) {
      const { subject, aliases, alias }: Record<string, unknown> = JSON.parse(data);
      if (type !== 'identity.linked') named.ids.add(subjectId);
      for (const name of texts([subject, aliases, alias].flat()).map(comparable)) {
        const is = named.names.get(name) ?? null;
        const after =
          type === 'identity.disabled' ? actor : type === 'identity.enabled' ? null : is;
        named.names.set(name, after);
      }
    }
    if (events.length < PAGE) return named;
    before = events.at(-1)?.id ?? null;
  }
}

/** Compares identities with the events that name them: who is disabled, and that none was added or is missing. */
export async function verifyPeople(
  verifier: Verifier,
  unreadable: readonly string[],
): Promise<void> {
  const { read, report, unsure } = verifier;
  const { names, ids } = await namedBy(verifier, unreadable);
  const isUnknown = (await read<object>(UNKNOWN, [])).length > 0;
  type Row = {
    id: string;
    key: string;
    subject: string;
    disabledBy: string | null;
    disabled: boolean;
    beside: boolean | null;
  };
  for (let before: string | null = null; ; ) {
    const rows: Row[] = await read<Row>(IDENTITIES, [before, PAGE, unreadable]);
    for (const { id, key, subject, disabledBy, disabled, beside } of rows) {
      ids.delete(id);
      const name = comparable(subject);
      const by = names.get(name);
      names.delete(name);
      const isAsSaid =
        key === name && disabledBy === (by ?? null) && disabled === (disabledBy !== null);
      if (isAsSaid && (by !== undefined || !disabled)) continue;
      if (beside === true) continue;
      if (beside === false)
        unsure(`identity ${id}`, 'it was written beside the API, and has changed since');
      else if (isUnknown) unsure(`identity ${id}`, 'an event about an identity was erased');
      else report(`identity ${id}: no event says that it is disabled, enabled or named so`);
    }
    if (rows.length < PAGE) break;
    before = rows.at(-1)?.id ?? null;
  }
  for (const id of ids) report(`identity ${id}: it is missing`);
  for (const [name, by] of names) {
    if (by !== null) report(`identity ${name}: it is missing, and ${by} disabled it`);
  }
}
