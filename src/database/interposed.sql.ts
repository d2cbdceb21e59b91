import { TRIGGER_FUNCTIONS } from './functions.js';
import { RIGHTS, VIEWS } from './role/rights.js';
import type { Statement } from './sql.js';

const list = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');

/**
 * What stands between the server and its tables, so that it sees or stores other rows than those that are compared: row
 * security, rules, triggers, inheritance, a view in place of a table, and tables of the same name earlier in the search
 * path. Migrations make none of them, except for the triggers of known functions. Each row is one, as `found`.
 * `$1`: also triggers of unknown functions; a newer version of the server may have made them.
 */
export const INTERPOSED: Statement = {
  text: `
    WITH named AS (
      SELECT c.oid, c.relname AS name, c.relnamespace AS schema, c.relkind AS kind, c.relrowsecurity AS secured
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relname IN (${list([...Object.keys(RIGHTS), ...VIEWS])})
         AND n.nspname = ANY (current_schemas(true)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    )
    SELECT 'row security on ' || name AS found FROM named WHERE secured
     UNION ALL
    SELECT 'the policy ' || p.polname || ' of row security on ' || t.name
      FROM named t JOIN pg_policy p ON p.polrelid = t.oid
     UNION ALL
    SELECT 'the rule ' || r.rulename || ' on ' || t.name
      FROM named t JOIN pg_rewrite r ON r.ev_class = t.oid
     WHERE NOT (r.rulename = '_RETURN' AND t.name IN (${list(VIEWS)}))
     UNION ALL
    SELECT t.name || ' is no plain table' FROM named t
     WHERE t.kind <> CASE WHEN t.name IN (${list(VIEWS)}) THEN 'v'::"char" ELSE 'r'::"char" END
     UNION ALL
    SELECT t.name || ' shares rows with ' || i.other::regclass
      FROM named t
      JOIN (SELECT inhparent AS one, inhrelid AS other FROM pg_inherits
             UNION ALL SELECT inhrelid, inhparent FROM pg_inherits) i ON i.one = t.oid
     UNION ALL
    SELECT t.name || ' is in several schemas of the search path' FROM named t
     GROUP BY t.name HAVING count(*) > 1
     UNION ALL
    SELECT 'the trigger ' || g.tgname || ' on ' || t.name
      FROM named t JOIN pg_trigger g ON g.tgrelid = t.oid JOIN pg_proc f ON f.oid = g.tgfoid
     WHERE $1 AND NOT g.tgisinternal
       AND NOT (f.pronamespace = t.schema AND f.proname IN (${list(TRIGGER_FUNCTIONS)}))
     UNION ALL
    SELECT 'the disabled trigger ' || g.tgname || ' on ' || t.name
      FROM named t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE g.tgenabled <> 'O'
     ORDER BY 1 LIMIT 1000`,
};
