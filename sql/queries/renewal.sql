-- The values of a locked item, as they are stored. $1 id
-- name: values
select v.field_key, v.field_value, v.field_type
from item_field_values v
where v.item_id = $1
order by v.position, v.id

-- Copies a locked item under a new id and archives it. Copies of what is listed by age keep its
-- order. $1 id, $2 new id, $3 who asks; of the new item: $4 what is searched, $5 to $8 one entry a
-- value: id, key, value, type; of the old one: $9 its new end_date or null for none, $10 what is
-- searched
-- name: renew
with old as (
    update items
    set is_archived = true, search_values = $10,
        updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
    where id = $1
    returning *
),
ended as (
    update item_field_values
    set field_value = $9
    where item_id = $1 and field_key = 'end_date' and $9::text is not null
),
renewed as (
    insert into items (id, org_id, created_by, category, subcategory, name, notes,
                       encryption_version, encrypted_name, search_values)
    select $2, org_id, $3, category, subcategory, name, notes, encryption_version, encrypted_name,
        $4
    from old
    returning *
),
new_values as (
    insert into item_field_values (id, item_id, field_key, field_value, field_type, position)
    select v.id, n.id, v.key, v.value, v.type, v.position
    from renewed n,
        unnest($5::text[], $6::text[], $7::text[], $8::text[])
            with ordinality as v (id, key, value, type, position)
),
new_vehicles as (
    insert into item_vehicles (id, item_id, vehicle_id, org_id, created_at)
    select gen_random_uuid(), n.id, x.vehicle_id, n.org_id, {{copied_at}}
    from renewed n, item_vehicles x
    where x.item_id = $1
),
new_people as (
    insert into item_people (id, item_id, person_id, role, org_id, created_at)
    select gen_random_uuid(), n.id, x.person_id, x.role, n.org_id, {{copied_at}}
    from renewed n, item_people x
    where x.item_id = $1
),
new_saved_contacts as (
    insert into item_saved_contacts (id, item_id, saved_contact_id, org_id, created_at)
    select gen_random_uuid(), n.id, x.saved_contact_id, n.org_id, {{copied_at}}
    from renewed n, item_saved_contacts x
    where x.item_id = $1
),
new_contacts as (
    insert into item_contacts (id, item_id, org_id, label, value, contact_type, sort_order,
                               address_line1, address_line2, address_city, address_state,
                               address_zip, encryption_version, created_at)
    select gen_random_uuid(), n.id, n.org_id, x.label, x.value, x.contact_type, x.sort_order,
        x.address_line1, x.address_line2, x.address_city, x.address_state, x.address_zip,
        x.encryption_version, {{copied_at}}
    from renewed n, item_contacts x
    where x.item_id = $1
),
new_rows as (
    insert into coverage_rows (id, item_id, org_id, service_key, service_label, sort_order,
                               in_copay, in_coinsurance, in_deductible_applies, in_notes, out_copay,
                               out_coinsurance, out_deductible_applies, out_notes, coverage_limit,
                               deductible, notes, created_at)
    select gen_random_uuid(), n.id, n.org_id, x.service_key, x.service_label, x.sort_order,
        x.in_copay, x.in_coinsurance, x.in_deductible_applies, x.in_notes, x.out_copay,
        x.out_coinsurance, x.out_deductible_applies, x.out_notes, x.coverage_limit, x.deductible,
        x.notes, {{copied_at}}
    from renewed n, coverage_rows x
    where x.item_id = $1
),
new_limits as (
    insert into coverage_plan_limits (id, item_id, org_id, limit_key, limit_label, limit_value,
                                      sort_order, created_at)
    select gen_random_uuid(), n.id, n.org_id, x.limit_key, x.limit_label, x.limit_value,
        x.sort_order, {{copied_at}}
    from renewed n, coverage_plan_limits x
    where x.item_id = $1
),
new_providers as (
    insert into in_network_providers (id, item_id, org_id, provider_name, specialty, phone, address,
                                      network_tier, notes, created_at)
    select gen_random_uuid(), n.id, n.org_id, x.provider_name, x.specialty, x.phone, x.address,
        x.network_tier, x.notes, {{copied_at}}
    from renewed n, in_network_providers x
    where x.item_id = $1
),
new_links as (
    insert into item_links (id, parent_item_id, child_item_id, link_type, org_id, created_at)
    select gen_random_uuid(), x.parent_item_id, n.id, x.link_type, n.org_id, {{copied_at}}
    from renewed n, item_links x
    where x.child_item_id = $1
)
-- The values are those that were sent along: the statement does not see what it has stored.
select {{item_columns}}
from renewed i

-- When a copy was made: later the younger its original is.
-- fragment: copied_at
now() + row_number() over (order by x.created_at, x.id) * interval '1 microsecond'
