-- $3 id
-- name: by_id
with {{caller}}
select c.user_id, c.org_id, c.role, {{item_columns}}
from caller c
left join items i on i.id = $3 and i.org_id = c.org_id

-- The first page of what is not archived. The limit of 100 is for the planner: where it cannot know
-- how many rows are wanted it takes a tenth of all for likely, and so plans anew each time.
-- $3 limit, at most 100
-- name: newest
with {{caller}},
page as (
    select n.*
    from (
        select i.*
        from items i
        where i.org_id = (select org_id from caller) and not i.is_archived
        order by i.created_at desc, i.id desc
        limit 100
    ) n
    limit $3::bigint
),
counted as (
    select coalesce(sum(n.items), 0)::bigint as total
    from item_counts n
    where n.org_id = (select org_id from caller) and not n.is_archived
)
select c.user_id, c.org_id, c.role, (select total from counted) as total, {{item_columns}}
from caller c
left join page i on true
order by i.created_at desc, i.id desc

-- $3 category or null, $4 subcategory or null, $5 archived ones too, $6 limit, $7 offset
-- name: page
with {{caller}},
page as (
    select i.*
    from items i
    where i.org_id = (select org_id from caller)
        and ($5::boolean or not i.is_archived)
        and ($3::text is null or i.category = $3)
        and ($4::text is null or i.subcategory = $4)
    order by i.created_at desc, i.id desc
    limit $6::bigint offset $7::bigint
),
counted as (
    select coalesce(sum(n.items), 0)::bigint as total
    from item_counts n
    where n.org_id = (select org_id from caller)
        and ($5::boolean or not n.is_archived)
        and ($3::text is null or n.category = $3)
        and ($4::text is null or n.subcategory = $4)
)
select c.user_id, c.org_id, c.role, (select total from counted) as total, {{item_columns}}
from caller c
left join page i on true
order by i.created_at desc, i.id desc

-- $3 id, $4 category, $5 subcategory, $6 name, $7 notes, $8 version; $9 to $12 one entry a value:
-- id, key, value, type; $13 the values that are searched; $14 to $18 one entry a generated reminder:
-- title, date, note, repeat, repeat_day
-- name: create
with {{caller}},
created as (
    insert into items (id, org_id, created_by, category, subcategory, name, notes,
                       encryption_version, search_values)
    select $3, c.org_id, c.user_id, $4, $5, $6, $7, $8::integer, $13
    from caller c
    where c.may_write
    returning id, org_id, created_by, created_at, updated_at
),
stored as (
    insert into item_field_values (id, item_id, field_key, field_value, field_type, position)
    select v.id, n.id, v.key, v.value, v.type, v.position
    from created n,
        unnest($9::text[], $10::text[], $11::text[], $12::text[])
            with ordinality as v (id, key, value, type, position)
),
reminded as (
    insert into custom_reminders (id, item_id, org_id, created_by, title, remind_date, note, repeat,
                                  is_auto_generated, generated_from, repeat_day)
    select gen_random_uuid(), n.id, n.org_id, n.created_by, r.title, r.date, r.note, r.repeat, true,
        r.title, r.day
    from created n,
        unnest($14::text[], $15::date[], $16::text[], $17::text[], $18::smallint[])
            as r (title, date, note, repeat, day)
)
select c.user_id, c.org_id, c.role, n.id, n.created_at, n.updated_at
from caller c
left join created n on true

-- Holds the item against other changes until the transaction ends. $3 id
-- name: lock
with {{caller}},
locked as (
    select i.*
    from caller c
    join items i on i.id = $3 and i.org_id = c.org_id and not i.is_archived
    where c.may_write
    for no key update of i
)
select c.user_id, c.org_id, c.role, i.id, i.category, i.subcategory, i.notes, i.encryption_version,
    (select o.encryption_key_enc from organizations o where o.id = i.org_id) as organization_key
from caller c
left join locked i on true

-- A locked item as it is. $1 id
-- name: current
select {{item_columns}}
from items i
where i.id = $1

-- Whether a locked item has values. $1 id
-- name: has_values
select exists (
    select from item_field_values where item_id = $1 and field_value is not null and field_value <> ''
) as has_values

-- Changes a locked item. $1 id, $2 name or null, $3 notes or null, $4 version, $5 whether the values
-- are replaced, $6 to $9 by these: id, key, value, type; $10 those of them that are searched
-- name: save
with changed as (
    update items
    set name = coalesce($2, name), notes = coalesce($3, notes), encryption_version = $4::integer,
        search_values = case when $5::boolean then $10 else search_values end,
        updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
    where id = $1
    returning *
),
gone as (
    delete from item_field_values
    where item_id = $1 and $5::boolean and field_key <> all ($7::text[])
),
stored as (
    insert into item_field_values as old (id, item_id, field_key, field_value, field_type, position)
    select v.id, $1, v.key, v.value, v.type, v.position
    from unnest($6::text[], $7::text[], $8::text[], $9::text[])
        with ordinality as v (id, key, value, type, position)
    where $5::boolean
    on conflict (item_id, field_key) do update
    set field_value = excluded.field_value, field_type = excluded.field_type,
        position = excluded.position
    where (old.field_value, old.field_type, old.position)
        is distinct from (excluded.field_value, excluded.field_type, excluded.position)
)
select {{item_columns}}
from changed i

-- $3 id
-- name: archive
with {{caller}},
archived as (
    update items i
    set is_archived = true,
        updated_at = greatest(clock_timestamp(), i.updated_at + interval '1 microsecond')
    from caller c
    where i.id = $3 and i.org_id = c.org_id and c.may_write and not i.is_archived
    returning i.id
)
select c.user_id, c.org_id, c.role, a.id
from caller c
left join archived a on true

-- What is still to be moved to version 2, of unarchived items.
-- name: migration_status
with {{caller}}
select c.user_id, c.org_id, c.role, i.items_v1, i.items_v2, f.files_v1, f.files_v2
from caller c
left join lateral (
    select count(*) filter (where encryption_version = 1) as items_v1,
        count(*) filter (where encryption_version = 2) as items_v2
    from items
    where org_id = c.org_id and not is_archived
) i on true
left join lateral (
    select count(*) filter (where f.encryption_version = 1) as files_v1,
        count(*) filter (where f.encryption_version = 2) as files_v2
    from file_attachments f
    join items i on i.id = f.item_id
    where i.org_id = c.org_id and not i.is_archived
) f on true
