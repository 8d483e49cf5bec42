-- Unarchived items by kind; no kinds give one row with nulls.
-- name: counts
with {{caller}}
select c.user_id, c.org_id, c.role, n.category as id, n.subcategory,
    coalesce(n.items, 0)::bigint as items
from caller c
left join (
    select n.category, n.subcategory, sum(n.items) as items
    from item_counts n
    where n.org_id = (select org_id from caller) and not n.is_archived
    group by n.category, n.subcategory
) n on true
