-- The taking over of a database of the original system: what it is, how it differs from the state
-- that is known, and what makes it equal to ours. domain/adoption.
--
-- The known state is that of our first migration. It is made once more in the temporary schema and
-- compared with what is there, so that it is described in one place only. All names of schemas and
-- tables come from the catalogue.

-- Where we are. kinvault.revision: the original's own record, '' without one. A DO block, since the
-- table need not exist.
-- name: read_revision
do $$
begin
    perform set_config('kinvault.revision', '', true);
    if to_regclass(quote_ident(current_schema()) || '.alembic_version') is not null then
        perform set_config('kinvault.revision',
            (select coalesce(string_agg(version_num::text, ', ' order by version_num), '')
             from alembic_version), true);
    end if;
end
$$

-- name: situation
select current_schema()::text as schema, current_setting('server_encoding') as encoding,
    current_setting('server_version_num')::integer as version,
    coalesce(current_setting('kinvault.revision', true), '') as revision,
    to_regclass(quote_ident(current_schema()) || '.schema_migrations') is not null as is_ours,
    to_regclass(quote_ident(current_schema()) || '.alembic_version') is not null as has_revision,
    not exists (
        select
        from pg_class c
        where c.relnamespace = to_regnamespace(quote_ident(current_schema()))
            and c.relkind in ('r', 'p', 'v', 'm', 'f')
            and not exists (select from pg_depend d
                            where d.classid = 'pg_class'::regclass and d.objid = c.oid
                                and d.deptype = 'e')
    ) as is_empty,
    (select count(*) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
         and backend_type = 'client backend') as other_connections

-- The known state is made behind this, and nothing of it stays.
-- name: before_known
savepoint before_known

-- name: use_temporary
select set_config('search_path', 'pg_temp', true)

-- name: forget_known
rollback to savepoint before_known

-- name: release_known
release savepoint before_known

-- The relations of both sides: theirs in schema $1, known in the temporary one. Those of extensions
-- and the records of migrations are nobody's.
-- fragment: relations
relations as (
    select c.oid, c.relname::text as name, c.relkind as kind,
        c.relnamespace = to_regnamespace(quote_ident($1::text)) as theirs
    from pg_class c
    where c.relnamespace in (to_regnamespace(quote_ident($1::text)), pg_my_temp_schema())
        and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and c.relname not in ('alembic_version', 'schema_migrations')
        and not exists (select from pg_depend d
                        where d.classid = 'pg_class'::regclass and d.objid = c.oid
                            and d.deptype = 'e')
),
theirs as (
    select k.oid as known_oid, t.oid, t.name
    from relations k
    join relations t on t.name = k.name and t.theirs and t.kind = 'r'
    where not k.theirs
)

-- Constraints of both sides; an index that is unique without a constraint counts as one.
-- fragment: constraints
listed_columns as (
    select a.attrelid, a.attnum, a.attname::text as name
    from pg_attribute a
    join relations r on r.oid = a.attrelid
    where a.attnum > 0 and not a.attisdropped
),
constraints as (
    select r.theirs, r.name as table_name, c.conname::text as name, c.contype::text as kind,
        array(select l.name
              from unnest(c.conkey) with ordinality k (number, place)
              join listed_columns l on l.attrelid = c.conrelid and l.attnum = k.number
              order by case when c.contype = 'f' then k.place end, l.name) as columns,
        t.relname::text as target,
        case c.confdeltype when 'c' then ' on delete cascade' when 'n' then ' on delete set null'
            when 'a' then '' when 'r' then '' else ' on delete set default' end as on_delete,
        pg_get_constraintdef(c.oid) as definition
    from pg_constraint c
    join relations r on r.oid = c.conrelid
    left join pg_class t on t.oid = c.confrelid
    where c.contype in ('p', 'u', 'f', 'c', 'x')
    union all
    select r.theirs, r.name, i.relname::text, 'i',
        array(select l.name
              from unnest(x.indkey::smallint[]) k (number)
              join listed_columns l on l.attrelid = x.indrelid and l.attnum = k.number
              order by l.name),
        null, null, pg_get_indexdef(i.oid)
    from pg_index x
    join relations r on r.oid = x.indrelid and r.theirs
    join pg_class i on i.oid = x.indexrelid
    where x.indisunique and not exists (select from pg_constraint c where c.conindid = i.oid)
),
usable_indexes as (
    select i.relname::text as name
    from pg_index x
    join relations r on r.oid = x.indrelid and r.theirs
    join pg_class i on i.oid = x.indexrelid
    join pg_am m on m.oid = i.relam and m.amname = 'btree'
    where x.indisvalid and x.indpred is null and x.indexprs is null and x.indnatts = x.indnkeyatts
),
-- Each known constraint with that of theirs that means the same: by preference one of its name.
-- A reset link ends with its account; whether by its reference or not makes no other difference.
matched as (
    select k.table_name, k.kind, k.columns, k.target, k.on_delete, k.name, k.definition,
        t.name as their_name, t.kind as their_kind, t.on_delete as their_on_delete
    from constraints k
    join theirs both_sides on both_sides.name = k.table_name
    left join lateral (
        select c.*
        from constraints c
        where c.theirs and c.table_name = k.table_name and c.columns = k.columns
            and (c.kind = k.kind and c.target is not distinct from k.target
                 and (c.on_delete is not distinct from k.on_delete
                      or (k.table_name = 'invitation_tokens' and k.columns = array['user_id']))
                 or (k.kind = 'u' and c.kind = 'i' and c.name in (select name from usable_indexes)))
        order by c.name <> k.name, c.kind = 'i', c.name
        limit 1
    ) t on true
    where not k.theirs
)

-- What is not as in the known state, a line each, tables first. $1 schema
-- name: differences
with {{relations}},
{{constraints}},
columns as (
    select r.theirs, r.name as table_name, a.attname::text as name, a.attnum as number,
        format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
        a.attgenerated <> '' or a.attidentity <> '' as computed
    from pg_attribute a
    join relations r on r.oid = a.attrelid
    join theirs t on t.name = r.name
    where a.attnum > 0 and not a.attisdropped
),
their_columns as (select * from columns where theirs),
known_columns as (select * from columns where not theirs),
found as (
    select 1 as place, r.name as table_name, 0 as number, format('table %s is missing', r.name) as line
    from relations r
    where not r.theirs and not exists (select from theirs t where t.name = r.name)
    union all
    select 2, r.name, 0, format('%s %s is unknown',
        case r.kind when 'v' then 'view' when 'm' then 'materialized view'
            when 'f' then 'foreign table' else 'table' end, r.name)
    from relations r
    where r.theirs and not exists (select from theirs t where t.oid = r.oid)
    union all
    select 3, coalesce(k.table_name, t.table_name), coalesce(k.number, 2000 + t.number),
        format('column %s.%s ', coalesce(k.table_name, t.table_name), coalesce(k.name, t.name))
            || case
                when t.name is null then 'is missing'
                when k.name is null then 'is unknown'
                when t.type <> k.type then format('is of type %s instead of %s', t.type, k.type)
                when t.computed then 'is computed'
                when t.required then 'may not be null'
                else 'may be null'
            end
    from known_columns k
    full join their_columns t on t.table_name = k.table_name and t.name = k.name
    where k.name is null or t.name is null or t.type <> k.type or t.required <> k.required
        or t.computed <> k.computed
    union all
    select 4, m.table_name, 0, format('table %s has no %s', m.table_name,
        case m.kind
            when 'p' then format('primary key (%s)', array_to_string(m.columns, ', '))
            when 'u' then format('unique (%s)', array_to_string(m.columns, ', '))
            else format('reference from (%s) to %s%s', array_to_string(m.columns, ', '), m.target,
                        m.on_delete)
        end)
    from matched m
    where m.their_name is null
    union all
    select 5, c.table_name, 0, format('table %s has the unknown %s %s', c.table_name,
        case c.kind when 'i' then 'unique index' else 'constraint' end, c.name)
    from constraints c
    join theirs t on t.name = c.table_name
    where c.theirs and not exists (
        select
        from matched m
        where m.table_name = c.table_name and m.columns = c.columns
            and (c.kind = m.kind and c.target is not distinct from m.target
                 or c.kind in ('i', 'u') and m.kind in ('u', 'p'))
    )
)
select line from found order by place, table_name, number, line

-- What gives constraints our names and columns our defaults, a statement each. $1 schema
-- name: adjustments
with {{relations}},
{{constraints}},
changes as (
    select m.table_name, 1 as place, m.name,
        case
            when m.their_on_delete is distinct from m.on_delete and m.kind = 'f' then
                format('alter table %I.%I drop constraint %I, add constraint %I %s', $1::text,
                       m.table_name, m.their_name, m.name, m.definition)
            when m.their_kind = 'i' then
                format('alter table %I.%I add constraint %I unique using index %I', $1::text,
                       m.table_name, m.name, m.their_name)
            else
                format('alter table %I.%I rename constraint %I to %I', $1::text, m.table_name,
                       m.their_name, m.name)
        end as line
    from matched m
    where m.their_name is not null
        and (m.their_name <> m.name or m.their_kind <> m.kind
             or m.their_on_delete is distinct from m.on_delete)
    union all
    select t.name, 2, a.attname::text,
        format('alter table %I.%I alter column %I %s', $1::text, t.name, a.attname,
               coalesce('set default ' || pg_get_expr(d.adbin, d.adrelid), 'drop default'))
    from theirs t
    join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef e on e.adrelid = t.oid and e.adnum = a.attnum
    join pg_attribute k on k.attrelid = t.known_oid and k.attname = a.attname
    left join pg_attrdef d on d.adrelid = t.known_oid and d.adnum = k.attnum
    where pg_get_expr(e.adbin, e.adrelid) is distinct from pg_get_expr(d.adbin, d.adrelid)
)
select line from changes order by place, table_name, name

-- Keeps the original from writing, and from reading what is half done. $1 schema
-- name: lock_text
select 'lock table ' || string_agg(format('%I.%I', $1::text, c.relname), ', ' order by c.relname)
    || ' in access exclusive mode' as line
from pg_class c
where c.relnamespace = to_regnamespace(quote_ident($1::text)) and c.relkind = 'r'
    and not exists (select from pg_depend d
                    where d.classid = 'pg_class'::regclass and d.objid = c.oid
                        and d.deptype = 'e')

-- What would stop the migrations, a line each. $1 schema
-- name: obstacles
with tables as (
    select c.relname::text as name, pg_get_userbyid(c.relowner)::text as owner,
        pg_has_role(c.relowner, 'usage') as is_mine
    from pg_class c
    where c.relnamespace = to_regnamespace(quote_ident($1::text)) and c.relkind = 'r'
),
extensions as (
    select w.name, exists (select from pg_extension e where e.extname = w.name) as is_installed,
        exists (select from pg_available_extensions a where a.name = w.name) as is_available
    from (values ('pg_trgm'), ('btree_gin')) w (name)
)
select format('table %s belongs to the role %s, not to %s', name, owner, current_user) as line
from tables
where not is_mine
union all
select format('the extension %s is not installed on the PostgreSQL server (Debian: package postgresql)',
              name)
from extensions
where not is_installed and not is_available
union all
select format('the role %s may not create extensions in the database: grant create on database %I to %I',
              current_user, current_database(), current_user)
where exists (select from extensions where not is_installed)
    and not has_database_privilege(current_database(), 'create')
union all
select format('the role %s may not create tables in the schema %s', current_user, $1::text)
where not has_schema_privilege($1::text, 'create')

-- $1 milliseconds
-- name: limit_waiting
select set_config('lock_timeout', $1, true)

-- Versions that mean nothing. What an item, a person or a contact of such a version holds is stored as
-- it was sent, which is how values of version 1 that do not decrypt are read; a file is what its tag
-- says.
-- name: mend_versions
with in_items as (
    update items set encryption_version = 1 where encryption_version not in (1, 2) returning 1
),
in_files as (
    update file_attachments
    set encryption_version = case when encryption_tag = '' then 2 else 1 end
    where encryption_version not in (1, 2)
    returning 1
),
in_contacts as (
    update item_contacts set encryption_version = 1 where encryption_version not in (1, 2) returning 1
),
in_people as (
    update people set encryption_version = 1 where encryption_version not in (1, 2) returning 1
),
in_saved_contacts as (
    update saved_contacts set encryption_version = 1 where encryption_version not in (1, 2) returning 1
)
select (select count(*) from in_items) + (select count(*) from in_files)
    + (select count(*) from in_contacts) + (select count(*) from in_people)
    + (select count(*) from in_saved_contacts)

-- $1 organisation, $2 its key, wrapped
-- name: rewrap
update organizations set encryption_key_enc = $2 where id = $1

-- $1 id of the last one read, $2 how many at most
-- name: organizations
select id, name, encryption_key_enc from organizations where id > $1 order by id limit $2::bigint
