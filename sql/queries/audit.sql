-- One entry of the audit log. $1 user, $2 organisation, $3 action, $4 detail, $5 client address
-- name: record
insert into audit_log (id, user_id, org_id, action, detail, ip_address)
values (gen_random_uuid()::text, $1, $2, $3, $4, left($5, 45))
