-- Pieces that several statements share. A statement names one by {{name}}.

-- Who asks: no row without a live session; org_id and role are null without a membership.
-- $1 SHA-256 of the session token (hex), $2 the organisation named by the client, or null for the
-- one joined first.
-- fragment: caller
caller as (
    select s.user_id, m.org_id, m.role, m.role in ('member', 'admin', 'owner') as may_write
    from sessions s
    left join lateral (
        select org_id, role
        from org_memberships
        where user_id = s.user_id and ($2::text is null or org_id = $2)
        order by created_at, id
        limit 1
    ) m on true
    where s.token = $1 and s.expires_at > now()
)

-- The columns of a whole item `i`: values in the order they were sent, files oldest first, and the
-- organisation's wrapped key for values of version 1.
-- fragment: item_columns
i.id, i.org_id as item_org_id, i.category, i.subcategory, i.name, i.notes, i.is_archived,
    i.encryption_version, i.created_at, i.updated_at,
    (
        select string_agg({{packed(v.field_key, v.field_value, v.field_type)}}, ''
                          order by v.position, v.id)
        from item_field_values v
        where v.item_id = i.id
    ) as fields,
    (
        select string_agg({{packed(plain f.id, f.file_name, f.display_name, plain f.file_size,
                                   f.mime_type, f.purpose, plain f.encryption_version,
                                   plain f.created_at)}}, ''
                          order by f.created_at, f.id)
        from file_attachments f
        where f.item_id = i.id
    ) as files,
    case when i.encryption_version = 1
        then (select o.encryption_key_enc from organizations o where o.id = i.org_id)
    end as organization_key

-- Everything an account consists of, but for a session. $1 email, $2 full name, $3 password hash,
-- $4 locked private key, $5 public key, $6 iterations, $7 recovery key, $8 wrapped organisation key,
-- $9 name of the organisation, $10 its key for version 1, $11 first and $12 last name of the person
-- fragment: new_account
account as (
    insert into users (id, email, full_name, password_hash, encrypted_private_key, public_key,
                       kdf_iterations, recovery_encrypted_private_key)
    values (gen_random_uuid()::text, $1, $2, $3, nullif($4, ''), nullif($5, ''), $6::integer,
            nullif($7, ''))
    returning id, email, full_name, created_at, encrypted_private_key, public_key, kdf_iterations
),
organization as (
    insert into organizations (id, name, encryption_key_enc, created_by)
    select gen_random_uuid()::text, $9, $10, a.id
    from account a
    returning id, created_by
),
membership as (
    insert into org_memberships (id, org_id, user_id, role)
    select gen_random_uuid()::text, o.id, o.created_by, 'owner'
    from organization o
),
wrapped as (
    insert into org_member_keys (id, org_id, user_id, encrypted_org_key)
    select gen_random_uuid()::text, o.id, o.created_by, $8
    from organization o
    where nullif($8, '') is not null
    returning encrypted_org_key
),
person as (
    insert into people (id, org_id, first_name, last_name, email, can_login, user_id)
    select gen_random_uuid()::text, o.id, $11, $12, a.email, true, a.id
    from account a, organization o
)
