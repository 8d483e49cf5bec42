-- Unarchived items by kind; no kinds give one row with nulls.
-- name: counts
with {{caller}}
select c.user_id, c.org_id, c.role, n.category as id, n.subcategory, coalesce(n.items, 0) as items
from caller c
left join (
    select i.org_id, i.category, i.subcategory, count(*) as items
    from items i
    where i.org_id = (select org_id from caller) and not i.is_archived
    group by i.org_id, i.category, i.subcategory
) n on n.org_id = c.org_id
