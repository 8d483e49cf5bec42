-- One entry of the audit log. $1 user, $2 organisation (null: the one the user joined first),
-- $3 action, $4 detail, $5 client address
-- name: record
insert into audit_log (id, user_id, org_id, action, detail, ip_address)
select gen_random_uuid()::text, $1::text, coalesce($2::text, m.org_id), $3, $4, left($5, 45)
from (values (true)) one
left join lateral (
    select org_id
    from org_memberships
    where user_id = $1
    order by created_at, id
    limit 1
) m on true

-- Entries of the organisation, newest first. $3 action or null, $4 user or null, $5 the moment or
-- null and $6 the entry or null before which they are, $7 how many
-- name: page
with {{caller}},
mark as (
    select a.created_at, a.id
    from caller c
    join audit_log a on a.id = $6 and a.org_id = c.org_id
),
page as (
    select a.*
    from caller c
    join audit_log a on a.org_id = c.org_id
    where c.role in ('admin', 'owner')
        and ($3::text is null or a.action = $3)
        and ($4::text is null or a.user_id = $4)
        and ($5::timestamptz is null or a.created_at < $5)
        and ($6::text is null or (a.created_at, a.id) < (select created_at, id from mark))
    order by a.created_at desc, a.id desc
    limit $7::bigint
)
select c.user_id, c.org_id, c.role, p.id, p.action, p.user_id as actor_id, u.email as user_email,
    p.detail, p.ip_address, p.created_at
from caller c
left join page p on true
left join users u on u.id = p.user_id
order by p.created_at desc, p.id desc

-- Entries in their order, after one. $1 organisation or null for all, $2 moment and $3 id of the
-- entry after which they come, $4 how many
-- name: export
select a.id, a.created_at, a.org_id, a.action, a.user_id, u.email as user_email, a.detail,
    a.ip_address as address
from audit_log a
left join users u on u.id = a.user_id
where (a.created_at, a.id) > ($2::timestamptz, $3::text) and ($1::text is null or a.org_id = $1)
order by a.created_at, a.id
limit $4::bigint
