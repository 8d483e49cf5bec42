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

-- name: is_empty
select not exists (
    select from pg_class
    where relnamespace = to_regnamespace(quote_ident(current_schema()))
        and relkind in ('r', 'p', 'v', 'm', 'f')
);

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
