-- A saved contact `s` as it goes over the wire. In records, as `role` is the caller's in the row.
-- fragment: contact
{{packed(plain s.id, plain s.org_id, s.name, s.company, s.role, s.email, s.phone, s.website,
         s.address, s.notes, plain s.encryption_version, plain coalesce(s.created_at, 'epoch'),
         plain coalesce(s.updated_at, 'epoch'))}}

-- A link `l` with its saved contact `s`.
-- fragment: linked_contact
{{packed(plain l.id, plain s.id, plain l.item_id, s.name, s.company, s.role, s.email, s.phone,
         s.website, plain s.encryption_version, plain coalesce(l.created_at, 'epoch'))}}

-- name: list
with {{caller}}
select c.user_id, c.org_id, c.role,
    (
        select string_agg({{contact}}, '' order by s.name, s.created_at, s.id)
        from saved_contacts s
        where s.org_id = c.org_id
    ) as entries
from caller c

-- $3 id
-- name: by_id
with {{caller}}
select c.user_id, c.org_id, c.role,
    (
        select {{contact}} from saved_contacts s where s.id = $3 and s.org_id = c.org_id
    ) as entries
from caller c

-- $3 name, $4 company, $5 role, $6 email, $7 phone, $8 website, $9 address, $10 notes, $11 version
-- name: create
with {{caller}},
made as (
    insert into saved_contacts (id, org_id, name, company, role, email, phone, website, address,
                                notes, encryption_version)
    select gen_random_uuid()::text, c.org_id, $3, $4, $5, $6, $7, $8, $9, $10, $11::integer
    from caller c
    where c.may_write
    returning *
)
select c.user_id, c.org_id, c.role, (select {{contact}} from made s) as entries
from caller c

-- $3 id, $4 name or null, $5 version or null, then two a column: whether to change it, and to what:
-- $6 company, $8 role, $10 email, $12 phone, $14 website, $16 address, $18 notes
-- name: change
with {{caller}},
changed as (
    update saved_contacts s
    set name = coalesce($4, s.name),
        encryption_version = coalesce($5::integer, s.encryption_version),
        company = case when $6::boolean then $7 else s.company end,
        role = case when $8::boolean then $9 else s.role end,
        email = case when $10::boolean then $11 else s.email end,
        phone = case when $12::boolean then $13 else s.phone end,
        website = case when $14::boolean then $15 else s.website end,
        address = case when $16::boolean then $17 else s.address end,
        notes = case when $18::boolean then $19 else s.notes end,
        updated_at = greatest(clock_timestamp(), s.updated_at + interval '1 microsecond')
    from caller c
    where s.id = $3 and s.org_id = c.org_id and c.may_write
    returning s.*
)
select c.user_id, c.org_id, c.role, (select {{contact}} from changed s) as entries
from caller c

-- $3 id
-- name: remove
with {{caller}},
gone as (
    delete from saved_contacts s
    using caller c
    where s.id = $3 and s.org_id = c.org_id and c.may_write
    returning s.id
)
select c.user_id, c.org_id, c.role, g.id
from caller c
left join gone g on true

-- $3 item
-- name: linked
with {{caller}}
select c.user_id, c.org_id, c.role, i.id,
    (
        select string_agg({{linked_contact}}, '' order by l.created_at, l.id)
        from item_saved_contacts l
        join saved_contacts s on s.id = l.saved_contact_id
        where l.item_id = i.id
    ) as entries
from caller c
left join items i on i.id = $3 and i.org_id = c.org_id

-- Item and contact are held, so that neither goes away meanwhile. $3 item, $4 saved contact
-- name: link
with {{caller}},
item as (
    select i.id
    from caller c
    join items i on i.id = $3 and i.org_id = c.org_id and not i.is_archived
    where c.may_write
    for key share of i
),
contact as (
    select s.*
    from caller c
    join saved_contacts s on s.id = $4 and s.org_id = c.org_id
    where c.may_write
    for key share of s
),
made as (
    insert into item_saved_contacts (id, item_id, saved_contact_id, org_id)
    select gen_random_uuid()::text, i.id, s.id, s.org_id
    from item i, contact s
    on conflict (item_id, saved_contact_id) do nothing
    returning id, item_id, created_at
)
select c.user_id, c.org_id, c.role, i.id, s.id as contact_id,
    (select {{linked_contact}} from made l) as entries
from caller c
left join item i on true
left join contact s on true

-- $3 item, $4 link
-- name: unlink
with {{caller}},
gone as (
    delete from item_saved_contacts l
    using caller c, items i
    where l.id = $4 and l.item_id = $3 and i.id = l.item_id and i.org_id = c.org_id
        and c.may_write
    returning l.id
)
select c.user_id, c.org_id, c.role, g.id
from caller c
left join gone g on true
