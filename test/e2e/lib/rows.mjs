// Sees what requests have changed in a database: all rows of all tables are kept aside in it, and
// compared with later.

/// What every request may move: when a session was last used.
const restless = "'{last_used_at,last_used,last_seen_at}'::text[]";

export class row_watch {
    /// `sql` runs a statement as superuser and gives what it prints.
    constructor(sql) {
        this.sql = sql;
        const tables = sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").split('\n');
        this.all = tables.map((name) => `SELECT '${name} ' || (to_jsonb(t) - ${restless})::text AS line FROM "${name}" t`).join(' UNION ALL ');
        sql('DROP SCHEMA IF EXISTS watch CASCADE; CREATE SCHEMA watch');
    }

    mark() {
        this.sql(`DROP TABLE IF EXISTS watch.rows; CREATE UNLOGGED TABLE watch.rows AS ${this.all}`);
    }

    /// {gone, added}: the rows since the mark, as "table {…}"; a changed one is in both.
    changes() {
        const lines = this.sql(`CREATE TEMP TABLE now AS ${this.all};
            (SELECT '-' || line FROM (TABLE watch.rows EXCEPT ALL TABLE now) a) UNION ALL
            (SELECT '+' || line FROM (TABLE now EXCEPT ALL TABLE watch.rows) b)`).split('\n');
        const of = (sign) => lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(1));
        return {gone: of('-'), added: of('+')};
    }
}
