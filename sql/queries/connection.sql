-- name: setup
-- What every connection needs before its first statement. $1 milliseconds, 0 for no limit.
-- set_config, since connection poolers refuse such settings in the start-up message.
select set_config('statement_timeout', $1, false),
       set_config('timezone', 'UTC', false),
       set_config('datestyle', 'ISO, YMD', false);

-- name: ping
select 1;
