-- Who asks, with the wrapped key of the active organisation.
-- name: organization_key
with {{caller}}
select c.user_id, c.org_id, c.role,
    (select o.encryption_key_enc from organizations o where o.id = c.org_id) as organization_key
from caller c
