-- Whether the session lives, and in which role.
-- name: check_session
with {{caller}}
select c.user_id, c.org_id, c.role
from caller c

-- name: me
with {{caller}}
select c.user_id, c.org_id, c.role, u.id, u.email, u.full_name, u.created_at,
    c.org_id as active_org_id
from caller c
join users u on u.id = c.user_id

-- $1 email
-- name: prelogin
select kdf_iterations, encrypted_private_key is not null as is_zero_knowledge
from users
where email = $1

-- The account of an email with what a login needs; the active organisation is the one joined first.
-- One that the operator has disabled (operators.sql) is as good as none.
-- $1 email
-- name: account_by_email
select u.id, u.email, u.full_name, u.created_at, u.password_hash, u.encrypted_private_key,
    u.public_key, u.kdf_iterations, m.org_id as active_org_id, k.encrypted_org_key
from users u
left join lateral (
    select org_id
    from org_memberships
    where user_id = u.id
    order by created_at, id
    limit 1
) m on true
left join org_member_keys k on k.user_id = u.id and k.org_id = m.org_id
where u.email = $1 and u.password_hash not like '!%'

-- The same for who asks, with the active organisation of the request.
-- name: account_of_caller
with {{caller}}
select c.user_id, c.org_id, c.role, u.id, u.email, u.full_name, u.created_at, u.password_hash,
    u.encrypted_private_key, u.public_key, u.kdf_iterations, c.org_id as active_org_id,
    k.encrypted_org_key
from caller c
join users u on u.id = c.user_id
left join org_member_keys k on k.user_id = u.id and k.org_id = c.org_id

-- Whether there are hashes of another scheme than today's, which take another time. $1 pattern of
-- today's
-- name: has_other_hashes
select exists (select from users where password_hash not like $1 and password_hash not like '!%')

-- Everything an account consists of. $1 email, $2 full name, $3 password hash, $4 locked private
-- key, $5 public key, $6 iterations, $7 recovery key, $8 wrapped organisation key, $9 name of the
-- organisation, $10 its key for version 1, $11 first and $12 last name of the person, $13 hash of the
-- session token, $14 hours it lives, $15 user agent, $16 client address
-- name: register_account
with {{new_account}},
opened as (
    insert into sessions (id, user_id, token, expires_at, user_agent, ip_address)
    select gen_random_uuid()::text, a.id, $13, now() + make_interval(hours => $14::integer), $15, $16
    from account a
),
audited as (
    insert into audit_log (id, user_id, org_id, action, ip_address)
    select gen_random_uuid()::text, a.id, o.id, 'register', left($16, 45)
    from account a, organization o
)
select a.id, a.email, a.full_name, a.created_at, a.encrypted_private_key, a.public_key,
    a.kdf_iterations, o.id as active_org_id, w.encrypted_org_key
from account a
cross join organization o
left join wrapped w on true

-- A session for an account, if its password is still the one that was verified: the lock makes a
-- reset wait, which then ends this session too. $1 user, $2 the hash that was verified, $3 hash of
-- the token, $4 hours it lives, $5 user agent, $6 client address, $7 active organisation
-- name: open_session
with account as (
    select id
    from users
    where id = $1 and password_hash = $2
    for share
),
opened as (
    insert into sessions (id, user_id, token, expires_at, user_agent, ip_address)
    select gen_random_uuid()::text, a.id, $3, now() + make_interval(hours => $4::integer), $5, $6
    from account a
    returning user_id
),
audited as (
    insert into audit_log (id, user_id, org_id, action, ip_address)
    select gen_random_uuid()::text, o.user_id, $7, 'login', left($6, 45)
    from opened o
)
select user_id from opened

-- As long as the record of the original system is there, its operator may go back to it: the hashes
-- that it understands stay. $1 hash
-- name: may_renew
select to_regclass(quote_ident(current_schema()) || '.alembic_version') is null
    or $1 not like '$2_$%'

-- A hash under today's parameters in the place of the one that was verified. $1 user, $2 old, $3 new
-- name: rehash
update users set password_hash = $3 where id = $1 and password_hash = $2

-- $1 hash of the token, $2 client address
-- name: logout
with ended as (
    delete from sessions where token = $1 returning user_id
)
insert into audit_log (id, user_id, org_id, action, ip_address)
select gen_random_uuid()::text, e.user_id, m.org_id, 'logout', left($2, 45)
from ended e
left join lateral (
    select org_id
    from org_memberships
    where user_id = e.user_id
    order by created_at, id
    limit 1
) m on true

-- The sessions of who asks that live, the latest used first.
-- name: sessions
with {{caller}}
select c.user_id, c.org_id, c.role, s.id, s.user_agent, s.ip_address, s.created_at,
    case when s.token = $1 then greatest(s.last_used_at, now()) else s.last_used_at end
        as last_used_at,
    s.expires_at, s.token = $1 as is_current
from caller c
left join sessions s on s.user_id = c.user_id and s.expires_at > now()
order by 8 desc, s.id

-- $3 id, $4 client address
-- name: end_session
with {{caller}},
ended as (
    delete from sessions s
    using caller c
    where s.id = $3 and s.user_id = c.user_id and s.expires_at > now()
    returning s.id
),
audited as (
    insert into audit_log (id, user_id, org_id, action, detail, ip_address)
    select gen_random_uuid()::text, c.user_id, c.org_id, 'session_ended', e.id, left($4, 45)
    from caller c, ended e
)
select c.user_id, c.org_id, c.role, e.id
from caller c
left join ended e on true

-- Locked in one order, so that two who do this at once wait for each other only once. $3 client
-- address
-- name: end_other_sessions
with {{caller}},
others as (
    select s.id
    from caller c
    join sessions s on s.user_id = c.user_id and s.token <> $1
    order by s.id
    for update of s
),
ended as (
    delete from sessions s using others o where s.id = o.id returning s.id
),
audited as (
    insert into audit_log (id, user_id, org_id, action, detail, ip_address)
    select gen_random_uuid()::text, c.user_id, c.org_id, 'session_ended', e.id, left($3, 45)
    from caller c, ended e
)
select c.user_id, c.org_id, c.role
from caller c

-- When sessions were last used. One that somebody else has locked is left out: nobody waits for
-- this. $1 and $2 one entry a session: hash of the token, seconds since 1970
-- name: record_uses
with used as (
    select s.id, least(now(), to_timestamp(n.at)) as at
    from unnest($1::text[], $2::bigint[]) as n (token, at)
    join sessions s on s.token = n.token and s.last_used_at < to_timestamp(n.at)
    for no key update of s skip locked
)
update sessions s
set last_used_at = u.at
from used u
where s.id = u.id

-- The account that a reset link is for, locked so that of two links at once the later one stays.
-- $1 email
-- name: lock_account
select id, email, full_name
from users
where email = $1 and password_hash not like '!%'
for no key update

-- A reset link in the place of earlier ones. $1 user, $2 email, $3 hash of the token
-- name: start_reset
with ended as (
    update invitation_tokens
    set used_at = now()
    where user_id = $1 and purpose = 'password_reset' and used_at is null
)
insert into invitation_tokens (id, email, token, purpose, user_id, expires_at)
values (gen_random_uuid()::text, $2, $3, 'password_reset', $1, now() + interval '1 hour')

-- $1 hash of the token
-- name: reset_account
select u.id, u.email, u.recovery_encrypted_private_key
from invitation_tokens t
join users u on u.id = t.user_id or (t.user_id is null and u.email = t.email)
where t.token = $1 and t.purpose = 'password_reset' and t.used_at is null and t.expires_at > now()

-- Of two resets with one token the second waits here and then finds nothing. $1 hash of the token
-- name: consume_reset
with consumed as (
    update invitation_tokens
    set used_at = now()
    where token = $1 and purpose = 'password_reset' and used_at is null and expires_at > now()
    returning user_id, email
)
select u.id
from consumed t
join users u on u.id = t.user_id or (t.user_id is null and u.email = t.email)
for no key update of u

-- $1 user, $2 the hash that was verified
-- name: lock_verified
select id from users where id = $1 and password_hash = $2 for no key update

-- A new password with its keys: ends the sessions but for one, and outstanding reset links. The keys
-- of organisations were wrapped for the old public key; under another one nobody can open them, so
-- they go and the member waits for the key ceremony. Comes after a lock of the account, in the same
-- transaction. $1 user, $2 hash, $3 locked private key, $4 recovery key, $5 public key,
-- $6 iterations, $7 hash of the token of the session to keep, $8 action, $9 client address
-- name: replace_password
with unwrappable as (
    delete from org_member_keys k
    using users u
    where u.id = $1 and k.user_id = u.id and nullif($5, '') <> u.public_key
    returning k.org_id
),
changed as (
    update users
    set password_hash = $2,
        encrypted_private_key = coalesce(nullif($3, ''), encrypted_private_key),
        recovery_encrypted_private_key =
            coalesce(nullif($4, ''), recovery_encrypted_private_key),
        public_key = coalesce(nullif($5, ''), public_key),
        kdf_iterations = coalesce($6::integer, kdf_iterations),
        updated_at = now()
    where id = $1
),
closed as (
    delete from sessions where user_id = $1 and token is distinct from $7
),
ended as (
    update invitation_tokens
    set used_at = now()
    where user_id = $1 and purpose = 'password_reset' and used_at is null
)
insert into audit_log (id, user_id, org_id, action, detail, ip_address)
select gen_random_uuid()::text, $1, e.org_id, e.action, e.detail, left($9, 45)
from (
    select (
            select org_id
            from org_memberships
            where user_id = $1
            order by created_at, id
            limit 1
        ) as org_id, $8::text as action, null as detail
    union all
    select org_id, 'key_removed', $1 from unwrappable
) e

-- An invitation that can still be accepted, whatever became of its person. $1 token
-- name: invitation
select t.id, t.email, t.org_id, t.person_id, o.name as org_name, p.first_name, p.last_name,
    p.can_login and p.user_id is null as is_open
from invitation_tokens t
left join people p on p.id = t.person_id
left join organizations o on o.id = t.org_id
where t.token = $1 and t.purpose = 'invite' and t.used_at is null and t.expires_at > now()

-- Of two that accept one invitation the second waits here and then finds nothing. $1 token
-- name: consume_invitation
with consumed as (
    update invitation_tokens
    set used_at = now()
    where token = $1 and purpose = 'invite' and used_at is null and expires_at > now()
    returning id, email, org_id, person_id
)
select t.id, t.email, t.org_id, t.person_id, o.name as org_name, p.first_name, p.last_name,
    p.can_login and p.user_id is null as is_open
from consumed t
left join people p on p.id = t.person_id
left join organizations o on o.id = t.org_id

-- The account, membership and session of who accepts an invitation; no row, and all of it to be
-- rolled back, when the person may not be linked any more. $1 email, $2 full name, $3 password hash,
-- $4 locked private key, $5 public key, $6 iterations, $7 recovery key, $8 organisation, $9 person,
-- $10 hash of the session token, $11 hours it lives, $12 user agent, $13 client address
-- name: accept_invitation
with account as (
    insert into users (id, email, full_name, password_hash, encrypted_private_key, public_key,
                       kdf_iterations, recovery_encrypted_private_key)
    values (gen_random_uuid()::text, $1, $2, $3, nullif($4, ''), nullif($5, ''), $6::integer,
            nullif($7, ''))
    returning id, email, full_name, created_at, encrypted_private_key, public_key, kdf_iterations
),
linked as (
    update people p
    set user_id = a.id, updated_at = now()
    from account a
    where p.id = $9 and p.org_id = $8 and p.can_login and p.user_id is null
    returning p.id, p.org_id, p.user_id
),
membership as (
    insert into org_memberships (id, org_id, user_id, role)
    select gen_random_uuid()::text, l.org_id, l.user_id, 'member'
    from linked l
),
opened as (
    insert into sessions (id, user_id, token, expires_at, user_agent, ip_address)
    select gen_random_uuid()::text, a.id, $10, now() + make_interval(hours => $11::integer), $12, $13
    from account a
),
audited as (
    insert into audit_log (id, user_id, org_id, action, ip_address)
    select gen_random_uuid()::text, l.user_id, l.org_id, 'invite_accepted', left($13, 45)
    from linked l
)
select a.id, a.email, a.full_name, a.created_at, a.encrypted_private_key, a.public_key,
    a.kdf_iterations, l.org_id as active_org_id, null::text as encrypted_org_key
from account a, linked l

-- The same for somebody who has an account. $1 user, $2 organisation, $3 person, $4 client address
-- name: join_organization
with linked as (
    update people
    set user_id = $1, updated_at = now()
    where id = $3 and org_id = $2 and can_login and (user_id is null or user_id = $1)
    returning id, org_id, user_id
),
membership as (
    insert into org_memberships (id, org_id, user_id, role)
    select gen_random_uuid()::text, l.org_id, l.user_id, 'member'
    from linked l
    on conflict on constraint uq_org_user do nothing
),
audited as (
    insert into audit_log (id, user_id, org_id, action, ip_address)
    select gen_random_uuid()::text, l.user_id, l.org_id, 'invite_accepted', left($4, 45)
    from linked l
)
select id from linked

-- Stores a member's wrapped key of the organisation in the path. Who grants one holds one; only the
-- very first key of an organisation comes from its owner, who makes it. The lock on the membership
-- makes a removal wait, which then finds the key. $2 organisation, $3 user, $4 wrapped key,
-- $5 client address
-- name: store_org_key
with {{caller}},
target as (
    select m.user_id
    from caller c
    join org_memberships m on m.org_id = c.org_id and m.user_id = $3
    for share of m
),
grants as (
    select c.user_id as granted_by, c.org_id, t.user_id, c.role in ('admin', 'owner') as any_key
    from caller c, target t
    where c.may_write
        and (exists (select from org_member_keys k
                     where k.org_id = c.org_id and k.user_id = c.user_id)
             or (c.role = 'owner' and t.user_id = c.user_id
                 and not exists (select from org_member_keys k where k.org_id = c.org_id)))
),
stored as (
    insert into org_member_keys (id, org_id, user_id, encrypted_org_key)
    select gen_random_uuid()::text, g.org_id, g.user_id, $4
    from grants g
    on conflict on constraint uq_org_member_key do update
    set encrypted_org_key = excluded.encrypted_org_key
    where exists (select from grants g where g.any_key or g.granted_by = g.user_id)
    returning org_id, user_id
),
audited as (
    insert into audit_log (id, user_id, org_id, action, detail, ip_address)
    select gen_random_uuid()::text, c.user_id, s.org_id, 'key_ceremony', s.user_id, left($5, 45)
    from caller c, stored s
)
select c.user_id, c.org_id, c.role, t.user_id as id, s.user_id is not null as is_stored
from caller c
left join target t on true
left join stored s on true

-- Only while still a member. $2 organisation
-- name: my_org_key
with {{caller}}
select c.user_id, c.org_id, c.role, k.id, k.encrypted_org_key
from caller c
left join org_member_keys k on k.org_id = c.org_id and k.user_id = c.user_id

-- $3 user
-- name: public_key
with {{caller}}
select c.user_id, c.org_id, c.role, u.id, u.public_key
from caller c
left join users u on u.id = $3 and u.public_key is not null
    and (u.id = c.user_id
         or exists (select
                    from org_memberships mine
                    join org_memberships theirs on theirs.org_id = mine.org_id
                    where mine.user_id = c.user_id and theirs.user_id = u.id))

-- $2 organisation
-- name: pending_keys
with {{caller}}
select c.user_id, c.org_id, c.role,
    (
        select string_agg({{packed(plain u.id, u.email, u.full_name, u.public_key)}}, ''
                          order by m.created_at, m.id)
        from org_memberships m
        join users u on u.id = m.user_id
        where m.org_id = c.org_id and u.public_key is not null
            and not exists (select from org_member_keys k
                            where k.org_id = m.org_id and k.user_id = m.user_id)
    ) as pending
from caller c
