-- The columns of a person `p` as they go over the wire.
-- fragment: person_columns
p.id, p.org_id as person_org_id, p.first_name, p.last_name, p.photo_url, p.date_of_birth, p.email,
    p.phone, p.relationship, p.notes, p.can_login, p.user_id as account, p.encryption_version,
    p.created_at, p.updated_at,
    case
        when p.can_login and p.user_id is not null then 'active'
        when p.can_login then 'invited'
        when p.user_id is not null then 'inactive'
        else 'none'
    end as status

-- $3 limit, $4 offset
-- name: page
with {{caller}},
page as (
    select p.*
    from caller c
    join people p on p.org_id = c.org_id
    order by p.last_name, p.first_name, p.id
    limit $3::bigint offset $4::bigint
)
select c.user_id, c.org_id, c.role, {{person_columns}}
from caller c
left join page p on true
order by p.last_name, p.first_name, p.id

-- $3 id
-- name: by_id
with {{caller}}
select c.user_id, c.org_id, c.role, {{person_columns}}
from caller c
left join people p on p.id = $3 and p.org_id = c.org_id

-- $3 first name, $4 last name, $5 picture, $6 date of birth, $7 email, $8 phone, $9 relationship,
-- $10 notes, $11 whether they may log in, $12 version
-- name: create
with {{caller}},
created as (
    insert into people (id, org_id, first_name, last_name, photo_url, date_of_birth, email, phone,
                        relationship, notes, can_login, encryption_version)
    select gen_random_uuid()::text, c.org_id, $3, $4, $5, $6::date, $7, $8, $9, $10, $11::boolean,
        $12::integer
    from caller c
    where c.may_write
    returning *
)
select c.user_id, c.org_id, c.role, {{person_columns}}
from caller c
left join created p on true

-- Each patch is two parameters: whether to change, to what. $3 id, $4 first name or null, $5 last
-- name or null, $6 and $7 picture, $8 and $9 date of birth, $10 and $11 email, $12 and $13 phone,
-- $14 and $15 relationship, $16 and $17 notes, $18 whether they may log in or null, $19 version or
-- null
-- name: change
with {{caller}},
changed as (
    update people p
    set first_name = coalesce($4, p.first_name),
        last_name = coalesce($5, p.last_name),
        photo_url = case when $6::boolean then $7 else p.photo_url end,
        date_of_birth = case when $8::boolean then $9::date else p.date_of_birth end,
        email = case when $10::boolean then $11 else p.email end,
        phone = case when $12::boolean then $13 else p.phone end,
        relationship = case when $14::boolean then $15 else p.relationship end,
        notes = case when $16::boolean then $17 else p.notes end,
        can_login = coalesce($18::boolean, p.can_login),
        encryption_version = coalesce($19::integer, p.encryption_version),
        updated_at = greatest(clock_timestamp(), p.updated_at + interval '1 microsecond')
    from caller c
    where p.id = $3 and p.org_id = c.org_id and c.may_write
    returning p.*
)
select c.user_id, c.org_id, c.role, {{person_columns}}
from caller c
left join changed p on true

-- Holds the person against other changes, and against whoever accepts an invitation, until the
-- transaction ends. $3 id
-- name: lock
with {{caller}},
locked as (
    select p.*
    from caller c
    join people p on p.id = $3 and p.org_id = c.org_id
    where c.may_write
    for no key update of p
)
select c.user_id, c.org_id, c.role, p.id, p.email, p.can_login, p.user_id as account
from caller c
left join locked p on true

-- Comes after `lock`, in the same transaction. $1 id
-- name: remove
delete from people where id = $1

-- An invitation in the place of earlier ones. $1 person, $2 organisation, $3 email, $4 token, $5 who
-- invites, $6 client address
-- name: invite
with ended as (
    update invitation_tokens
    set used_at = now()
    where person_id = $1 and purpose = 'invite' and used_at is null
),
made as (
    insert into invitation_tokens (id, email, token, purpose, person_id, org_id, expires_at)
    values (gen_random_uuid()::text, $3, $4, 'invite', $1, $2, now() + interval '72 hours')
)
insert into audit_log (id, user_id, org_id, action, detail, ip_address)
values (gen_random_uuid()::text, $5, $2, 'person_invited', $1, left($6, 45))

-- $1 person, $2 organisation, $3 who ends them, $4 client address
-- name: end_invitations
with ended as (
    update invitation_tokens
    set used_at = now()
    where person_id = $1 and purpose = 'invite' and used_at is null
    returning person_id
)
insert into audit_log (id, user_id, org_id, action, detail, ip_address)
select gen_random_uuid()::text, $3, $2, 'invite_ended', e.person_id, left($4, 45)
from ended e
limit 1

-- What a mail says. $1 person, $2 who invites
-- name: letter
select trim(p.first_name || ' ' || p.last_name) as full_name, o.name as org_name,
    u.full_name as inviter
from people p
join organizations o on o.id = p.org_id
join users u on u.id = $2
where p.id = $1

-- The account of a person is a member again. $1 organisation, $2 user, $3 who allows it, $4 client
-- address
-- name: readmit
with joined as (
    insert into org_memberships (id, org_id, user_id, role)
    values (gen_random_uuid()::text, $1, $2, 'member')
    on conflict on constraint uq_org_user do nothing
    returning org_id, user_id, role
)
insert into audit_log (id, user_id, org_id, action, detail, ip_address)
select gen_random_uuid()::text, $3, j.org_id, 'member_added', j.user_id || ' as ' || j.role,
    left($4, 45)
from joined j

-- The invitation of a person that can be accepted. $3 id
-- name: open_invitation
with {{caller}}
select c.user_id, c.org_id, c.role, p.id, t.token
from caller c
left join people p on p.id = $3 and p.org_id = c.org_id
left join lateral (
    select token
    from invitation_tokens
    where person_id = p.id and p.can_login and p.user_id is null and purpose = 'invite'
        and used_at is null and expires_at > now()
    order by created_at desc, id
    limit 1
) t on true

-- The columns of a link `l` of a person `p`.
-- fragment: link_columns
l.id, l.person_id, l.role as link_role, p.first_name, p.last_name, p.email, p.phone, p.relationship,
    p.encryption_version, l.created_at

-- $3 item
-- name: of_item
with {{caller}}
select c.user_id, c.org_id, c.role, i.id as item_id, {{link_columns}}
from caller c
left join items i on i.id = $3 and i.org_id = c.org_id
left join (
    item_people l
    join people p on p.id = l.person_id
) on l.item_id = i.id and p.org_id = i.org_id
order by l.created_at, l.id

-- What is to be linked. The lock makes whoever links the same person wait, since the unique
-- constraint lets any number of links without a role pass. $3 item, $4 person
-- name: lock_ends
with {{caller}},
locked as (
    select p.id
    from caller c
    join people p on p.id = $4 and p.org_id = c.org_id
    where c.may_write
    for no key update of p
)
select c.user_id, c.org_id, c.role, i.id as item_id, l.id as person_id
from caller c
left join items i on i.id = $3 and i.org_id = c.org_id and not i.is_archived
left join locked l on true

-- Comes after `lock_ends`, in the same transaction. No row when there is such a link. $1 item,
-- $2 person, $3 organisation, $4 role
-- name: link
with created as (
    insert into item_people (id, item_id, person_id, org_id, role)
    select gen_random_uuid()::text, $1::text, $2::text, $3::text, $4::text
    where not exists (
        select
        from item_people
        where item_id = $1 and person_id = $2 and role is not distinct from $4
    )
    returning *
)
select l.item_id, {{link_columns}}
from created l
join people p on p.id = l.person_id

-- $3 item, $4 link
-- name: unlink
with {{caller}},
gone as (
    delete from item_people l
    using caller c, items i
    where l.id = $4 and l.item_id = $3 and i.id = l.item_id and i.org_id = c.org_id and c.may_write
    returning l.id
)
select c.user_id, c.org_id, c.role, g.id
from caller c
left join gone g on true
