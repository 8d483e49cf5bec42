-- The unarchived item $3, whose coverage is asked for.
-- fragment: item
items i on i.id = $3 and i.org_id = c.org_id and not i.is_archived

-- $3 item
-- name: rows
with {{caller}}
select c.user_id, c.org_id, c.role, i.id,
    (
        select string_agg({{packed(plain r.id, plain r.item_id, r.service_key, r.service_label,
                                   plain coalesce(r.sort_order, 0), r.in_copay, r.in_coinsurance,
                                   r.in_deductible_applies, r.in_notes, r.out_copay,
                                   r.out_coinsurance, r.out_deductible_applies, r.out_notes,
                                   r.coverage_limit, r.deductible, r.notes)}}, ''
                          order by coalesce(r.sort_order, 0), r.created_at, r.id)
        from coverage_rows r
        where r.item_id = i.id
    ) as entries
from caller c
left join {{item}}

-- Replaces all rows of a locked item; their ages keep the order in which they were sent. $1 item, $2
-- and up one array a column
-- name: replace_rows
with gone as (
    delete from coverage_rows where item_id = $1
),
stored as (
    insert into coverage_rows (id, item_id, org_id, service_key, service_label, sort_order,
                               in_copay, in_coinsurance, in_deductible_applies, in_notes,
                               out_copay, out_coinsurance, out_deductible_applies, out_notes,
                               coverage_limit, deductible, notes, created_at)
    select gen_random_uuid()::text, i.id, i.org_id, v.service_key, v.service_label, v.sort_order,
        v.in_copay, v.in_coinsurance, v.in_deductible_applies, v.in_notes,
        v.out_copay, v.out_coinsurance, v.out_deductible_applies, v.out_notes,
        v.coverage_limit, v.deductible, v.notes, now() + v.position * interval '1 microsecond'
    from items i,
        unnest($2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[],
               $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
               $14::text[], $15::text[])
            with ordinality
            as v (service_key, service_label, sort_order, in_copay, in_coinsurance,
                  in_deductible_applies, in_notes, out_copay, out_coinsurance,
                  out_deductible_applies, out_notes, coverage_limit, deductible, notes, position)
    where i.id = $1
    returning *
)
select id, item_id, service_key, service_label, sort_order, in_copay, in_coinsurance,
    in_deductible_applies, in_notes, out_copay, out_coinsurance, out_deductible_applies, out_notes,
    coverage_limit, deductible, notes
from stored
order by sort_order, created_at

-- $3 item
-- name: limits
with {{caller}}
select c.user_id, c.org_id, c.role, i.id,
    (
        select string_agg({{packed(plain l.id, plain l.item_id, l.limit_key, l.limit_label,
                                   l.limit_value, plain coalesce(l.sort_order, 0))}}, ''
                          order by coalesce(l.sort_order, 0), l.created_at, l.id)
        from coverage_plan_limits l
        where l.item_id = i.id
    ) as entries
from caller c
left join {{item}}

-- As replace_rows. $1 item, $2 to $5 one array a column
-- name: replace_limits
with gone as (
    delete from coverage_plan_limits where item_id = $1
),
stored as (
    insert into coverage_plan_limits (id, item_id, org_id, limit_key, limit_label, limit_value,
                                      sort_order, created_at)
    select gen_random_uuid()::text, i.id, i.org_id, v.limit_key, v.limit_label, v.limit_value,
        v.sort_order, now() + v.position * interval '1 microsecond'
    from items i,
        unnest($2::text[], $3::text[], $4::text[], $5::integer[])
            with ordinality as v (limit_key, limit_label, limit_value, sort_order, position)
    where i.id = $1
    returning *
)
select id, item_id, limit_key, limit_label, limit_value, sort_order
from stored
order by sort_order, created_at

-- $3 item
-- name: providers
with {{caller}}
select c.user_id, c.org_id, c.role, i.id,
    (
        select string_agg({{packed(plain p.id, plain p.item_id, p.provider_name, p.specialty,
                                   p.phone, p.address, p.network_tier, p.notes)}}, ''
                          order by p.created_at, p.id)
        from in_network_providers p
        where p.item_id = i.id
    ) as entries
from caller c
left join {{item}}

-- $3 item, $4 name, $5 specialty, $6 phone, $7 address, $8 tier, $9 notes
-- name: add_provider
with {{caller}},
target as (
    select i.id
    from caller c
    join {{item}}
    where c.may_write
    for key share of i
),
added as (
    insert into in_network_providers (id, item_id, org_id, provider_name, specialty, phone,
                                      address, network_tier, notes)
    select gen_random_uuid()::text, t.id, c.org_id, $4, $5, $6, $7, $8, $9
    from caller c, target t
    returning id, item_id, provider_name, specialty, phone, address, network_tier, notes
)
select c.user_id, c.org_id, c.role, a.id, a.item_id, a.provider_name, a.specialty, a.phone,
    a.address, a.network_tier, a.notes
from caller c
left join added a on true

-- $3 id
-- name: remove_provider
with {{caller}},
gone as (
    delete from in_network_providers p
    using caller c, items i
    where p.id = $3 and i.id = p.item_id and i.org_id = c.org_id and not i.is_archived
        and c.may_write
    returning p.id
)
select c.user_id, c.org_id, c.role, g.id
from caller c
left join gone g on true
