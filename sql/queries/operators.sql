-- What an operator does at the command line. Nobody is signed in there: whose account or membership it
-- is stands in the audit log, with 'operator' as the address.
--
-- A disabled account has a '!' before the hash of its password, as in shadow(5): nothing verifies
-- against that, here or in the original system. No hash begins like it.

-- $1 to $12 as in new_account
-- name: create_user
with {{new_account}},
audited as (
    insert into audit_log (id, user_id, org_id, action, ip_address)
    select gen_random_uuid()::text, a.id, o.id, 'user_created', 'operator'
    from account a, organization o
)
select a.id, a.email, a.full_name, o.id as org_id
from account a, organization o
where $8::text is null and (select count(*) from wrapped) = 0

-- name: users
select u.id, u.email, u.full_name, u.created_at, u.password_hash like '!%' as disabled,
    u.encrypted_private_key is not null as zero_knowledge,
    (select count(*) from sessions s where s.user_id = u.id and s.expires_at > now()) as sessions,
    (
        select string_agg({{packed(plain o.id, o.name, m.role)}}, '' order by m.created_at, m.id)
        from org_memberships m
        join organizations o on o.id = m.org_id
        where m.user_id = u.id
    ) as organizations
from users u
order by u.email, u.id

-- The account is marked, its sessions and reset links end. Each of its organisations sees it in its
-- audit log. $1 email
-- name: disable_user
with target as (
    select id, password_hash like '!%' as was_disabled from users where email = $1 for update
),
marked as (
    update users u
    set password_hash = '!' || u.password_hash, updated_at = now()
    from target t
    where u.id = t.id and u.password_hash not like '!%'
    returning u.id
),
closed as (
    delete from sessions s using target t where s.user_id = t.id returning s.id
),
ended as (
    update invitation_tokens i
    set used_at = now()
    from target t
    where i.user_id = t.id and i.purpose = 'password_reset' and i.used_at is null
),
audited as (
    insert into audit_log (id, user_id, org_id, action, ip_address)
    select gen_random_uuid()::text, m.id, o.org_id, 'user_disabled', 'operator'
    from marked m
    left join org_memberships o on o.user_id = m.id
)
select t.id, not t.was_disabled as changed, (select count(*) from closed) as sessions
from target t

-- $1 email
-- name: enable_user
with target as (
    select id, password_hash like '!%' as was_disabled from users where email = $1 for update
),
marked as (
    update users u
    set password_hash = substr(u.password_hash, 2), updated_at = now()
    from target t
    where u.id = t.id and u.password_hash like '!%'
    returning u.id
),
audited as (
    insert into audit_log (id, user_id, org_id, action, ip_address)
    select gen_random_uuid()::text, m.id, o.org_id, 'user_enabled', 'operator'
    from marked m
    left join org_memberships o on o.user_id = m.id
)
select t.id, t.was_disabled as changed, 0 as sessions
from target t

-- Signs a user out everywhere. $1 email
-- name: reset_sessions
with target as (
    select id from users where email = $1
),
closed as (
    delete from sessions s using target t where s.user_id = t.id returning s.id
),
audited as (
    insert into audit_log (id, user_id, action, detail, ip_address)
    select gen_random_uuid()::text, t.id, 'sessions_ended', (select count(*) from closed) || ' sessions',
        'operator'
    from target t
)
select t.id, (select count(*) from closed) > 0 as changed, (select count(*) from closed) as sessions
from target t

-- name: organizations
select o.id, o.name, o.created_at,
    (select count(*) from org_memberships m where m.org_id = o.id) as members,
    (select count(*) from items i where i.org_id = o.id) as items,
    (select u.email from org_memberships m join users u on u.id = m.user_id
     where m.org_id = o.id and m.role = 'owner' order by m.created_at, m.id limit 1) as owner
from organizations o
order by o.name, o.id

-- One row without a member when the organisation has none. $1 organisation
-- name: members
select o.id as org_id, m.id, m.user_id, u.email, u.full_name, m.role, m.created_at,
    exists (select from org_member_keys k where k.org_id = o.id and k.user_id = m.user_id) as has_key,
    u.password_hash like '!%' as disabled
from organizations o
left join (
    org_memberships m
    join users u on u.id = m.user_id
) on m.org_id = o.id
where o.id = $1
order by m.created_at, m.id

-- All memberships of an organisation, held against other changes. $1 organisation, $2 email
-- name: lock_members
select m.user_id, m.role, u.email = $2 as is_target
from org_memberships m
join users u on u.id = m.user_id
where m.org_id = $1
order by m.id
for update of m

-- $1 organisation, $2 user, $3 role, $4 role before
-- name: set_role
with changed as (
    update org_memberships
    set role = $3
    where org_id = $1 and user_id = $2
    returning org_id, user_id
)
insert into audit_log (id, user_id, org_id, action, detail, ip_address)
select gen_random_uuid()::text, c.user_id, c.org_id, 'role_changed',
    c.user_id || ' from ' || $4::text || ' to ' || $3::text, 'operator'
from changed c
