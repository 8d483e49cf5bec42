-- All organisations of the user, the one joined first first.
-- name: list
with {{caller}}
select c.user_id, c.org_id, c.role, o.id, o.name, o.created_by, o.created_at, o.updated_at
from caller c
left join (
    org_memberships m
    join organizations o on o.id = m.org_id
) on m.user_id = c.user_id
order by m.created_at, m.id

-- $3 name, $4 key for version 1, $5 client address
-- name: create
with {{caller}},
made as (
    insert into organizations (id, name, encryption_key_enc, created_by)
    select gen_random_uuid()::text, $3, $4, c.user_id
    from caller c
    returning id, name, created_by, created_at, updated_at
),
membership as (
    insert into org_memberships (id, org_id, user_id, role)
    select gen_random_uuid()::text, m.id, m.created_by, 'owner'
    from made m
),
audited as (
    insert into audit_log (id, user_id, org_id, action, ip_address)
    select gen_random_uuid()::text, m.created_by, m.id, 'org_created', left($5, 45)
    from made m
)
select c.user_id, c.org_id, c.role, m.id, m.name, m.created_by, m.created_at, m.updated_at
from caller c
left join made m on true

-- $2 organisation
-- name: by_id
with {{caller}}
select c.user_id, c.org_id, c.role, o.id, o.name, o.created_by, o.created_at, o.updated_at,
    (
        select string_agg({{packed(plain m.id, plain m.user_id, u.email, u.full_name, m.role,
                                   plain m.created_at)}}, ''
                          order by m.created_at, m.id)
        from org_memberships m
        join users u on u.id = m.user_id
        where m.org_id = c.org_id
    ) as members
from caller c
left join organizations o on o.id = c.org_id

-- $2 organisation, $3 name
-- name: rename
with {{caller}},
renamed as (
    update organizations o
    set name = $3, updated_at = now()
    from caller c
    where o.id = c.org_id and c.role in ('admin', 'owner')
    returning o.id, o.name, o.created_by, o.created_at, o.updated_at
)
select c.user_id, c.org_id, c.role, r.id, r.name, r.created_by, r.created_at, r.updated_at
from caller c
left join renamed r on true

-- Makes an existing user a member. $2 organisation, $3 email, $4 role, $5 client address
-- name: invite
with {{caller}},
target as (
    select id, email, full_name from users where email = $3
),
joined as (
    insert into org_memberships (id, org_id, user_id, role)
    select gen_random_uuid()::text, c.org_id, t.id, $4::text
    from caller c, target t
    where c.role in ('admin', 'owner') and $4::text in ('viewer', 'member', 'admin')
    on conflict on constraint uq_org_user do nothing
    returning id, org_id, user_id, role, created_at
),
audited as (
    insert into audit_log (id, user_id, org_id, action, detail, ip_address)
    select gen_random_uuid()::text, c.user_id, j.org_id, 'member_added',
        j.user_id || ' as ' || j.role, left($5, 45)
    from caller c, joined j
)
select c.user_id, c.org_id, c.role, j.id, t.id as member_user_id, t.email, t.full_name,
    j.role as member_role, j.created_at
from caller c
left join target t on true
left join joined j on true

-- $2 organisation, $3 user, $4 role, $5 client address
-- name: change_role
with {{caller}},
target as (
    select m.id, m.user_id, m.role, m.created_at, u.email, u.full_name
    from caller c
    join org_memberships m on m.org_id = c.org_id and m.user_id = $3
    join users u on u.id = m.user_id
),
changed as (
    update org_memberships m
    set role = $4
    from caller c, target t
    where m.id = t.id and m.role <> 'owner' and $4 in ('viewer', 'member', 'admin')
        and (c.role = 'owner' or (c.role = 'admin' and m.role <> 'admin'))
    returning m.id, m.org_id, m.user_id, m.role
),
audited as (
    insert into audit_log (id, user_id, org_id, action, detail, ip_address)
    select gen_random_uuid()::text, c.user_id, d.org_id, 'role_changed',
        d.user_id || ' from ' || t.role || ' to ' || d.role, left($5, 45)
    from caller c, target t, changed d
)
select c.user_id, c.org_id, c.role, t.id, t.user_id as member_user_id, t.email, t.full_name,
    coalesce(d.role, t.role) as member_role, t.created_at, d.id is not null as is_changed
from caller c
left join target t on true
left join changed d on true

-- The membership that is to end, locked so that no key is granted meanwhile. $2 organisation, $3 user
-- name: lock_member
with {{caller}}
select c.user_id, c.org_id, c.role, m.id, m.user_id as member_user_id, m.role as member_role
from caller c
left join lateral (
    select id, user_id, role
    from org_memberships
    where org_id = c.org_id and user_id = $3
    for update
) m on true

-- Ends a membership with everything that goes with it. Comes after lock_member, in the same
-- transaction. $1 organisation, $2 user, $3 who removes, $4 client address
-- name: remove_member
with removed as (
    delete from org_memberships where org_id = $1 and user_id = $2
),
unwrapped as (
    delete from org_member_keys where org_id = $1 and user_id = $2 returning user_id
),
barred as (
    update people
    set can_login = false, updated_at = now()
    where org_id = $1 and user_id = $2 and can_login
),
ended as (
    update invitation_tokens t
    set used_at = now()
    from people p
    where p.org_id = $1 and p.user_id = $2 and t.person_id = p.id and t.purpose = 'invite'
        and t.used_at is null
    returning t.person_id
)
insert into audit_log (id, user_id, org_id, action, detail, ip_address)
select gen_random_uuid()::text, $3, $1, e.action, e.detail, left($4, 45)
from (
    select 'member_removed' as action, $2::text as detail
    union all
    select 'key_removed', $2::text from unwrapped
    union all
    select distinct 'invite_ended', person_id from ended
) e
