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
    array(
        select row(v.field_key, v.field_value, v.field_type)
        from item_field_values v
        where v.item_id = i.id
        order by v.position, v.id
    ) as fields,
    array(
        select row(f.id, f.file_name, f.display_name, f.file_size, f.mime_type, f.purpose,
                   f.encryption_version, f.created_at)
        from file_attachments f
        where f.item_id = i.id
        order by f.created_at, f.id
    ) as files,
    (select o.encryption_key_enc from organizations o where o.id = i.org_id) as organization_key
