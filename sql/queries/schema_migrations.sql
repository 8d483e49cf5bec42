-- The record of what was applied to this database: storage/postgres/migrate.cpp.

-- name: settings
select set_config('statement_timeout', '0', false),
       set_config('client_min_messages', 'warning', false),
       set_config('timezone', 'UTC', false);

-- name: lock
-- A number of our own choice: "kinvault" in ASCII.
select pg_advisory_lock(7739268943069604980);

-- name: exists
select to_regclass(quote_ident(current_schema()) || '.schema_migrations') is not null;

-- What belongs to extensions does not count.
-- name: is_empty
select not exists (
    select from pg_class c
    where c.relnamespace = to_regnamespace(quote_ident(current_schema()))
        and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and not exists (select from pg_depend d
                        where d.classid = 'pg_class'::regclass and d.objid = c.oid
                            and d.deptype = 'e')
);

-- name: analyze_text
select 'analyze ' || string_agg(format('%I.%I', current_schema(), c.relname), ', '
                                order by c.relname)
from pg_class c
where c.relnamespace = to_regnamespace(quote_ident(current_schema())) and c.relkind = 'r'
    and pg_has_role(c.relowner, 'usage');

-- name: create_table
create table schema_migrations (
    number     int primary key,
    name       text not null,
    checksum   text not null, -- SHA-256 of the text, hex
    applied_at timestamptz not null default now()
);

-- name: all
select number, name, checksum from schema_migrations order by number;

-- name: record
insert into schema_migrations (number, name, checksum) values ($1, $2, $3);
