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
