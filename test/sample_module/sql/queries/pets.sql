-- name: list
with {{caller}}
select c.user_id, c.org_id, c.role, p.id, p.name, p.born, p.created_at
from caller c
left join pets p on p.org_id = c.org_id
order by p.name, p.id

-- $3 name, $4 day of birth or null
-- name: create
with {{caller}},
created as (
    insert into pets (id, org_id, name, born)
    select gen_random_uuid()::text, c.org_id, $3, $4::date
    from caller c
    where c.may_write
    returning *
)
select c.user_id, c.org_id, c.role, p.id, p.name, p.born, p.created_at
from caller c
left join created p on true

-- $3 id
-- name: remove
with {{caller}},
removed as (
    delete from pets p
    using caller c
    where p.id = $3 and p.org_id = c.org_id and c.may_write
    returning p.id
)
select c.user_id, c.org_id, c.role, r.id
from caller c
left join removed r on true
