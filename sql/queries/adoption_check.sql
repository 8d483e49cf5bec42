-- What `kinvault adopt --dry-run` reads. All of it runs in one transaction that writes nothing and
-- sees one moment. domain/adoption.

-- name: begin
begin isolation level repeatable read read only

-- name: rollback
rollback

-- The rows that the taking over touches.
-- name: changes
select (select count(*) from sessions) as sessions,
    (select count(*) from sessions where expires_at > now()) as live_sessions,
    (select count(*) from invitation_tokens where purpose = 'password_reset') as reset_links,
    (select count(*) from items where encryption_version not in (1, 2))
        + (select count(*) from file_attachments where encryption_version not in (1, 2))
        + (select count(*) from item_contacts where encryption_version not in (1, 2))
        + (select count(*) from people where encryption_version not in (1, 2))
        + (select count(*) from saved_contacts where encryption_version not in (1, 2)) as versions,
    (select count(*) from custom_reminders
     where remind_days_before not between 0 and 3650) as reminders,
    (select count(*) from custom_reminders
     where repeat not in ('none', 'weekly', 'monthly', 'quarterly', 'yearly', 'biennial', ''))
        as odd_repeats,
    (select count(*) from items) as items,
    (select count(*) from item_field_values) as fields,
    (select count(*) from file_attachments) as files,
    (select count(*) from users) as users,
    (select count(*) from organizations) as organizations

-- For each reference a statement that finds rows whose other end is missing: a restore without checks
-- leaves such rows. They give place, id and total. $1 schema, $2 how many rows at most
-- name: dangling_texts
select format('select %L as place, t.id::text as id, count(*) over () as total from %I.%I t '
              'where t.%I is not null and not exists (select from %I.%I o where o.%I = t.%I) '
              'order by t.id limit %s',
              c.relname || '.' || a.attname, $1::text, c.relname, a.attname, $1::text, o.relname,
              b.attname, a.attname, $2::integer) as line
from pg_constraint f
join pg_class c on c.oid = f.conrelid
join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
join pg_class o on o.oid = f.confrelid
join pg_attribute b on b.attrelid = f.confrelid and b.attnum = f.confkey[1]
where f.contype = 'f' and c.relnamespace = to_regnamespace(quote_ident($1::text))
order by c.relname, a.attname

-- Rows that refer to each other in a way that means nothing. $1 how many of a kind at most
-- name: oddities
with parts as (
    select 'custom_reminders' as place, id, item_id, org_id from custom_reminders
    union all select 'item_contacts', id, item_id, org_id from item_contacts
    union all select 'coverage_rows', id, item_id, org_id from coverage_rows
    union all select 'coverage_plan_limits', id, item_id, org_id from coverage_plan_limits
    union all select 'in_network_providers', id, item_id, org_id from in_network_providers
    union all select 'item_vehicles', id, item_id, org_id from item_vehicles
    union all select 'item_people', id, item_id, org_id from item_people
    union all select 'item_links', id, child_item_id, org_id from item_links
    union all select 'item_saved_contacts', id, item_id, org_id from item_saved_contacts
),
found as (
    select 'parts of items under another organisation than the item' as what, p.place || ' ' || p.id as which
    from parts p
    join items i on i.id = p.item_id
    where i.org_id <> p.org_id
    union all
    select 'organisations without an owner', o.id
    from organizations o
    where not exists (select from org_memberships m where m.org_id = o.id and m.role = 'owner')
    union all
    select 'memberships with an unknown role', m.id || ' (' || m.role || ')'
    from org_memberships m
    where m.role not in ('viewer', 'member', 'admin', 'owner')
    union all
    select 'accounts without an organisation', u.id
    from users u
    where not exists (select from org_memberships m where m.user_id = u.id)
    union all
    select 'wrapped organisation keys of people who are no members', k.id
    from org_member_keys k
    where not exists (select from org_memberships m
                      where m.org_id = k.org_id and m.user_id = k.user_id)
    union all
    select 'accounts nobody can log in to: the email is not in lower case', u.id
    from users u
    where u.email <> lower(btrim(u.email))
    union all
    select 'accounts nobody can log in to: the password is no bcrypt hash', u.id
    from users u
    where u.password_hash !~ '^\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}$'
),
numbered as (
    select what, which, count(*) over (partition by what) as total,
        row_number() over (partition by what order by which) as number
    from found
)
select what, which, total from numbered where number <= $1::bigint order by what, number

-- Rows of files that name one object. They cannot be taken over: an object belongs to one row.
-- name: shared_objects
select format('%s rows of file_attachments name the object %s', count(*), storage_key) as line
from file_attachments
group by storage_key
having count(*) > 1
order by 1
limit 5

-- The kinds of items that are there.
-- name: kinds
select category, subcategory, count(*) as total from items group by 1, 2 order by 1, 2

-- The values the server may have encrypted. $1 id of the last one read, $2 how many at most
-- name: fields
select v.id, v.item_id, v.field_key, v.field_value, i.category, i.subcategory, i.org_id
from item_field_values v
join items i on i.id = v.item_id
where v.id > $1 and v.field_value <> '' and i.encryption_version = 1
order by v.id
limit $2::bigint

-- Files in the order in which a store lists its objects. `lot` says which are in a sample. $1 key of
-- the last one read, $2 how many at most
-- name: files
select f.id, f.file_name, f.storage_key, f.file_size, f.mime_type, f.encryption_iv, f.encryption_tag,
    case when f.encryption_version in (1, 2) then f.encryption_version
        when f.encryption_tag = '' then 2 else 1 end as encryption_version,
    coalesce(o.encryption_key_enc, '') as organization_key, md5(f.id) as lot
from file_attachments f
left join items i on i.id = f.item_id
left join organizations o on o.id = i.org_id
where f.storage_key collate "C" > $1
order by f.storage_key collate "C"
limit $2::bigint

-- The last of a sample of files of version 1. $1 how many
-- name: sample_limit
select md5(id) as lot
from file_attachments
where encryption_version <> 2 and encryption_tag <> ''
order by 1
offset greatest($1::bigint - 1, 0)
limit 1

-- name: count_v1_files
select count(*) from file_attachments where encryption_version <> 2 and encryption_tag <> ''
