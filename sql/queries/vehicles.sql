-- The columns of a vehicle `v` of the owner `o` and the driver `d`.
-- fragment: vehicle_columns
v.id, v.name, v.license_plate, v.vin, v.acquired_date, v.owner_id, v.primary_driver_id,
    o.first_name || ' ' || o.last_name as owner_name,
    d.first_name || ' ' || d.last_name as primary_driver_name, v.created_at, v.updated_at

-- fragment: people_of_vehicle
left join people o on o.id = v.owner_id
left join people d on d.id = v.primary_driver_id

-- $3 limit, $4 offset
-- name: page
with {{caller}},
page as (
    select v.*
    from caller c
    join vehicles v on v.org_id = c.org_id
    order by v.name, v.id
    limit $3::bigint offset $4::bigint
)
select c.user_id, c.org_id, c.role, {{vehicle_columns}}
from caller c
left join page v on true
{{people_of_vehicle}}
order by v.name, v.id

-- $3 id
-- name: by_id
with {{caller}}
select c.user_id, c.org_id, c.role, {{vehicle_columns}}
from caller c
left join vehicles v on v.id = $3 and v.org_id = c.org_id
{{people_of_vehicle}}

-- The locks on owner and driver make the end of these people wait, which then takes them from the
-- vehicle. $3 name, $4 license plate, $5 VIN, $6 date of acquisition, $7 owner or null, $8 driver or
-- null
-- name: create
with {{caller}},
owner as (
    select p.id
    from caller c
    join people p on p.id = $7 and p.org_id = c.org_id
    for key share of p
),
driver as (
    select p.id
    from caller c
    join people p on p.id = $8 and p.org_id = c.org_id
    for key share of p
),
allowed as (
    select $7::text is null or exists (select from owner) as has_owner,
        $8::text is null or exists (select from driver) as has_driver
),
created as (
    insert into vehicles (id, org_id, name, license_plate, vin, acquired_date, owner_id,
                          primary_driver_id)
    select gen_random_uuid()::text, c.org_id, $3, $4, $5, $6::date, $7, $8
    from caller c, allowed a
    where c.may_write and a.has_owner and a.has_driver
    returning *
)
select c.user_id, c.org_id, c.role, a.has_owner, a.has_driver, {{vehicle_columns}}
from caller c
cross join allowed a
left join created v on true
{{people_of_vehicle}}

-- Each patch is two parameters: whether to change, to what. $3 id, $4 name or null, $5 and $6 license
-- plate, $7 and $8 VIN, $9 and $10 date of acquisition, $11 and $12 owner, $13 and $14 driver
-- name: change
with {{caller}},
known as (
    select v.id
    from caller c
    join vehicles v on v.id = $3 and v.org_id = c.org_id
),
owner as (
    select p.id
    from caller c
    join people p on p.id = $12 and p.org_id = c.org_id
    for key share of p
),
driver as (
    select p.id
    from caller c
    join people p on p.id = $14 and p.org_id = c.org_id
    for key share of p
),
allowed as (
    select $12::text is null or exists (select from owner) as has_owner,
        $14::text is null or exists (select from driver) as has_driver
),
changed as (
    update vehicles v
    set name = coalesce($4, v.name),
        license_plate = case when $5::boolean then $6 else v.license_plate end,
        vin = case when $7::boolean then $8 else v.vin end,
        acquired_date = case when $9::boolean then $10::date else v.acquired_date end,
        owner_id = case when $11::boolean then $12 else v.owner_id end,
        primary_driver_id = case when $13::boolean then $14 else v.primary_driver_id end,
        updated_at = greatest(clock_timestamp(), v.updated_at + interval '1 microsecond')
    from caller c, allowed a
    where v.id = $3 and v.org_id = c.org_id and c.may_write and a.has_owner and a.has_driver
    returning v.*
)
select c.user_id, c.org_id, c.role, k.id as known_id, a.has_owner, a.has_driver,
    {{vehicle_columns}}
from caller c
cross join allowed a
left join known k on true
left join changed v on true
{{people_of_vehicle}}

-- $3 id
-- name: remove
with {{caller}},
gone as (
    delete from vehicles v
    using caller c
    where v.id = $3 and v.org_id = c.org_id and c.may_write
    returning v.id
)
select c.user_id, c.org_id, c.role, g.id
from caller c
left join gone g on true

-- $3 id
-- name: policies
with {{caller}}
select c.user_id, c.org_id, c.role, v.id as known_id, i.id, i.name, i.is_archived, i.created_at,
    i.updated_at
from caller c
left join vehicles v on v.id = $3 and v.org_id = c.org_id
left join (
    item_vehicles l
    join items i on i.id = l.item_id and i.subcategory = 'auto_insurance'
) on l.vehicle_id = v.id and i.org_id = v.org_id
order by i.created_at desc, i.id desc

-- $3 item
-- name: of_item
with {{caller}}
select c.user_id, c.org_id, c.role, i.id as known_id, {{vehicle_columns}}
from caller c
left join items i on i.id = $3 and i.org_id = c.org_id
left join (
    item_vehicles l
    join vehicles v on v.id = l.vehicle_id
) on l.item_id = i.id and v.org_id = i.org_id
{{people_of_vehicle}}
order by v.name, v.id

-- The lock makes the end of the vehicle wait, which then unassigns it. $3 item, $4 vehicle
-- name: assign
with {{caller}},
item as (
    select i.id
    from caller c
    join items i on i.id = $3 and i.org_id = c.org_id and not i.is_archived
),
target as (
    select v.*
    from caller c
    join vehicles v on v.id = $4 and v.org_id = c.org_id
    for key share of v
),
assigned as (
    insert into item_vehicles (id, item_id, vehicle_id, org_id)
    select gen_random_uuid()::text, i.id, t.id, c.org_id
    from caller c, item i, target t
    where c.may_write
    on conflict on constraint uq_item_vehicle do nothing
    returning vehicle_id
)
select c.user_id, c.org_id, c.role, i.id as item_id, t.id as vehicle_id, {{vehicle_columns}}
from caller c
left join item i on true
left join target t on true
left join assigned a on true
left join target v on v.id = a.vehicle_id
{{people_of_vehicle}}

-- $3 item, $4 vehicle
-- name: unassign
with {{caller}},
gone as (
    delete from item_vehicles l
    using caller c, items i
    where l.item_id = $3 and l.vehicle_id = $4 and i.id = l.item_id and i.org_id = c.org_id
        and c.may_write
    returning l.id
)
select c.user_id, c.org_id, c.role, g.id
from caller c
left join gone g on true
