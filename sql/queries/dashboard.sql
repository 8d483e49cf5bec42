-- Counts, and what the premium of each policy is computed from, where all of it is there. Zeros
-- without an organisation. $3 the subcategories that are policies
-- name: stats
with {{caller}}
select c.user_id, c.org_id, c.role,
    (select count(*) from people p where p.org_id = c.org_id) as people_count,
    (select count(*) from vehicles v where v.org_id = c.org_id) as vehicles_count,
    (
        select coalesce(sum(n.items), 0)::bigint
        from item_counts n
        where n.org_id = c.org_id and not n.is_archived and n.subcategory = any ($3::text[])
    ) as policies_count,
    (
        select string_agg(
            {{packed(premium.field_value, starts.field_value, ends.field_value)}}, '')
        from items i
        join item_field_values premium
            on premium.item_id = i.id and premium.field_key = 'premium'
        join item_field_values starts
            on starts.item_id = i.id and starts.field_key = 'start_date'
        join item_field_values ends on ends.item_id = i.id and ends.field_key = 'end_date'
        where i.org_id = c.org_id and not i.is_archived and i.subcategory = any ($3::text[])
            -- Neither ciphertext nor anything else that cannot be read is sent.
            and length(premium.field_value) between 1 and 40
            and length(starts.field_value) = 10 and length(ends.field_value) = 10
    ) as policies
from caller c
