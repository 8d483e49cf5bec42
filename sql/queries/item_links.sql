-- $3 parent, $4 type of link, $5 keys of the values that are shown
-- name: children
with {{caller}}
select c.user_id, c.org_id, c.role, p.id as parent_id, l.id, i.id as item_id, i.category,
    i.subcategory, i.name, i.is_archived, i.encryption_version,
    coalesce(l.created_at, 'epoch') as created_at,
    (
        select string_agg({{packed(v.field_key, v.field_value, v.field_type)}}, '')
        from item_field_values v
        where v.item_id = i.id and v.field_key = any ($5::text[])
    ) as fields,
    o.encryption_key_enc as organization_key
from caller c
left join items p on p.id = $3 and p.org_id = c.org_id
left join organizations o on o.id = p.org_id
left join (
    item_links l
    join items i on i.id = l.child_item_id
) on l.parent_item_id = p.id and l.link_type = $4 and i.org_id = p.org_id
order by l.created_at, l.id

-- $3 child, $4 type of link
-- name: parent
with {{caller}}
select c.user_id, c.org_id, c.role, i.id as child_id, l.id, p.id as item_id, p.name, p.subcategory,
    p.is_archived
from caller c
left join items i on i.id = $3 and i.org_id = c.org_id
left join (
    item_links l
    join items p on p.id = l.parent_item_id
) on l.child_item_id = i.id and l.link_type = $4 and p.org_id = i.org_id

-- Both items are held, so that neither goes away meanwhile. Where nothing was linked, the kinds of
-- the two say why. $3 child, $4 parent, $5 type of link, $6 kinds that can be a child, $7 a parent
-- name: link
with {{caller}},
child as (
    select i.id, i.subcategory
    from caller c
    join items i on i.id = $3 and i.org_id = c.org_id and not i.is_archived
    where c.may_write
    for key share of i
),
parent as (
    select i.id, i.name, i.subcategory, i.is_archived
    from caller c
    join items i on i.id = $4 and i.org_id = c.org_id and not i.is_archived
    where c.may_write
    for key share of i
),
made as (
    insert into item_links (id, parent_item_id, child_item_id, link_type, org_id)
    select gen_random_uuid()::text, p.id, i.id, $5, c.org_id
    from caller c, child i, parent p
    where i.subcategory = any ($6::text[]) and p.subcategory = any ($7::text[])
    on conflict (child_item_id, link_type) do nothing
    returning id
)
select c.user_id, c.org_id, c.role, m.id, p.id as item_id, p.name, p.subcategory, p.is_archived,
    i.subcategory as child_kind, p.subcategory as parent_kind
from caller c
left join child i on true
left join parent p on true
left join made m on true

-- $3 child, $4 type of link
-- name: unlink
with {{caller}},
gone as (
    delete from item_links l
    using caller c, items i
    where l.child_item_id = $3 and l.link_type = $4 and i.id = l.child_item_id
        and i.org_id = c.org_id and c.may_write
    returning l.id
)
select c.user_id, c.org_id, c.role, g.id
from caller c
left join gone g on true
