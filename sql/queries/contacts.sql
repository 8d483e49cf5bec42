-- A contact `k` as it goes over the wire.
-- fragment: contact_columns
k.id, k.item_id, k.label, k.value, k.contact_type, k.sort_order, k.encryption_version,
    k.address_line1, k.address_line2, k.address_city, k.address_state, k.address_zip

-- $3 item, $4 limit, $5 offset
-- name: page
with {{caller}},
page as (
    select k.*
    from caller c
    join items i on i.id = $3 and i.org_id = c.org_id
    join item_contacts k on k.item_id = i.id
    order by k.sort_order, k.created_at, k.id
    limit $4::bigint offset $5::bigint
)
select c.user_id, c.org_id, c.role, {{contact_columns}}
from caller c
left join page k on true
order by k.sort_order, k.created_at, k.id

-- Adds to a locked item, so that nobody else takes the same place behind the last. $1 id, $2 item,
-- $3 label, $4 value, $5 type, $6 sort order (0: one behind the last), $7 version, $8 to $12 address
-- name: add
insert into item_contacts (id, item_id, org_id, label, value, contact_type, sort_order,
                           encryption_version, address_line1, address_line2, address_city,
                           address_state, address_zip, created_at)
select $1, i.id, i.org_id, $3, $4, $5,
    case
        when $6::integer <> 0 then $6::integer
        else (
            select least(coalesce(max(k.sort_order)::bigint + 1, 0), 2147483647)::integer
            from item_contacts k
            where k.item_id = i.id
        )
    end,
    $7::integer, $8, $9, $10, $11, $12, clock_timestamp()
from items i
where i.id = $2
returning sort_order

-- Reorderings of one item wait for each other at its row; each then changes the contacts as they
-- are. Of an id named twice the last counts. $3 item, $4 ids, $5 sort orders
-- name: reorder
with {{caller}},
locked as (
    select i.id
    from caller c
    join items i on i.id = $3 and i.org_id = c.org_id and not i.is_archived
    where c.may_write
    for no key update of i
),
wanted as (
    select distinct on (w.id) w.id, w.sort_order
    from unnest($4::text[], $5::integer[]) with ordinality as w (id, sort_order, position)
    order by w.id, w.position desc
),
moved as (
    update item_contacts k
    set sort_order = w.sort_order
    from locked l, wanted w
    where k.item_id = l.id and k.id = w.id
)
select c.user_id, c.org_id, c.role, l.id
from caller c
left join locked l on true

-- Holds a contact of an unarchived item until the transaction ends. $3 id
-- name: lock
with {{caller}},
locked as (
    select k.*
    from caller c
    join items i on i.org_id = c.org_id and not i.is_archived
    join item_contacts k on k.item_id = i.id and k.id = $3
    where c.may_write
    for no key update of k
)
select c.user_id, c.org_id, c.role, {{contact_columns}}
from caller c
left join locked k on true

-- Changes a locked contact. $1 id, $2 label, $3 value, $4 type, $5 sort order, $6 version, $7 to $11
-- address
-- name: save
update item_contacts
set label = $2, value = $3, contact_type = $4, sort_order = $5::integer,
    encryption_version = $6::integer, address_line1 = $7, address_line2 = $8, address_city = $9,
    address_state = $10, address_zip = $11
where id = $1

-- $3 id
-- name: remove
with {{caller}},
gone as (
    delete from item_contacts k
    using caller c, items i
    where k.id = $3 and i.id = k.item_id and i.org_id = c.org_id and not i.is_archived
        and c.may_write
    returning k.id
)
select c.user_id, c.org_id, c.role, g.id
from caller c
left join gone g on true
