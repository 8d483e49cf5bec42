// Requests against what they stand on: nginx for the HTTP alone, pgbench with the same statements for
// the database, the hash function for the login. Interleaved, medians of rounds.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';

import {registered} from '../e2e/lib/client.mjs';
import {can_connect, folder, free_port, root, server, until} from '../e2e/lib/machine.mjs';
import {argument, timed} from './lib.mjs';
import {fill} from './dataset.mjs';
import {compare} from './goals.mjs';
import {connections, settings} from './settings.mjs';
import {pgbench, script, text_array, token_hash} from './statements.mjs';
import {wrk} from './wrk.mjs';

const seconds = argument('--seconds', 5);
const rounds = argument('--rounds', 3);
const rate_of = async (what) => (await what).rate;

/// nginx with one worker that gives the same answer as the health check.
const nginx = async (answer) => {
    const at = folder('nginx');
    const port = await free_port();
    const lines = Object.entries(answer.headers)
        .filter(([name]) => !['date', 'content-length', 'content-type', 'connection', 'keep-alive'].includes(name))
        .map(([name, value]) => `add_header ${name} "${value}";`);
    writeFileSync(join(at, 'nginx.conf'), `daemon off; worker_processes 1; pid ${at}/pid; error_log ${at}/error.log;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000; default_type ${answer.headers['content-type']};
server { listen 127.0.0.1:${port}; ${lines.join(' ')} location / { return 200 '${answer.body}'; } } }\n`);
    const process = spawn('nginx', ['-p', at, '-c', join(at, 'nginx.conf')], {stdio: 'ignore'});
    await until('nginx listens', () => can_connect(port));
    return {url: `http://127.0.0.1:${port}/`, stop: () => (process.kill('SIGTERM'), once(process, 'close'))};
};

const health = async (vault, user) => {
    const url = `http://127.0.0.1:${vault.port}/api/health`;
    const limit = await nginx(await user.call('GET', '/api/health'));
    await compare('GET /api/health', 'nginx', 0.9, rounds, () => rate_of(wrk(url, {seconds})), () => rate_of(wrk(limit.url, {seconds})));
    await limit.stop();
};

const reads = async (vault, user, org, item) => {
    const headers = [`Authorization: Bearer ${user.token}`, `X-Org-Id: ${org}`];
    const who = [token_hash(user.token), org];
    const rows = [
        ['GET /api/items/{id}', `items/${item}`, 0.95, ['items.by_id', ...who, item]],
        ['GET /api/items?limit=50', 'items?limit=50', 0.9, ['items.newest', ...who, '50']],
        ['GET /api/categories', 'categories', 0.7, ['categories.counts', ...who]],
        ['GET /api/dashboard/stats', 'dashboard/stats', 0.7, ['dashboard.stats', ...who, text_array(['auto_insurance'])]],
        ['GET /api/reminders', 'reminders', 0.7, ['reminders.due', ...who, '2030-01-01']],
        ['GET /api/search', 'search?q=passport', 0.7, ['search.find', ...who, 'passport']],
    ];
    for (const [name, path, goal, statement] of rows) {
        const url = `http://127.0.0.1:${vault.port}/api/${path}`;
        const file = script([statement]);
        await compare(name, 'pgbench', goal, rounds, () => rate_of(wrk(url, {seconds, headers, connections: 32})),
            () => pgbench(vault.database_url, file, {clients: connections, seconds}));
    }
};

const login = async (vault, user, item) => {
    const body = JSON.stringify({email: user.email, password: 'correct horse battery'});
    const lua = `wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = [[${body}]]\n`;
    const url = `http://127.0.0.1:${vault.port}/api/auth/login`;
    const hashes = async () => Number((await timed([join(root, 'build/release/bench_hash'), String(seconds)])).out);
    await compare('POST /api/auth/login', 'Argon2id alone', 0.9, rounds, () => rate_of(wrk(url, {seconds, connections: 16, lua})), hashes);

    const headers = [`Authorization: Bearer ${user.token}`];
    const read = () => wrk(`http://127.0.0.1:${vault.port}/api/items/${item}`, {seconds, headers, connections: 4});
    const busy = async () => {
        await pause(1000); // the logins of the round before have left
        const [during] = await Promise.all([read(), wrk(url, {seconds, connections: 16, lua})]);
        return during.p99;
    };
    await compare('reads during logins, p99 ms', 'without logins', 2, rounds, busy, async () => {
        await pause(1000);
        return (await read()).p99;
    }, {below: true});
};

export const requests = async (postgres) => {
    const vault = await new server(postgres.database(), settings).start();
    const user = await registered(vault.port);
    const {org, item} = await fill(postgres, vault, user, {items: 10_000, organizations: 10_000});
    await health(vault, user);
    await reads(vault, user, org, item);
    await login(vault, user, item);
    user.close();
    await vault.stop();
};
