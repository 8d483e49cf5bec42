// The server as it is measured.
const pool = 8;

export const settings = {POOL_SIZE: String(pool), LOG_LEVEL: 'warn', IDLE_TIMEOUT: '3600'};
/// So many of its connections to PostgreSQL are shared by single statements; pgbench gets as many.
export const connections = pool / 2;
