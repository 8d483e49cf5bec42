// Changes of items against PostgreSQL with the same statements, both waiting for the disk.
import {registered} from '../e2e/lib/client.mjs';
import {server} from '../e2e/lib/machine.mjs';
import {argument} from './lib.mjs';
import {fill, fresh_item} from './dataset.mjs';
import {compare} from './goals.mjs';
import {connections, settings} from './settings.mjs';
import {pgbench, script, sql, text_array, token_hash} from './statements.mjs';
import {wrk} from './wrk.mjs';

const seconds = argument('--seconds', 5);
const rounds = argument('--rounds', 3);
const rate_of = async (what) => (await what).rate;

const measure = async (vault, user, org, item) => {
    const base = `http://127.0.0.1:${vault.port}/api/items`;
    const headers = [`Authorization: Bearer ${user.token}`, `X-Org-Id: ${org}`, 'Content-Type: application/json'];
    const body = JSON.stringify(fresh_item());
    const change = JSON.stringify({fields: fresh_item().fields});
    const lua = (method, text) => `wrk.method = '${method}'\nwrk.body = [[${text}]]\n`;
    const who = [token_hash(user.token), org];
    const values = fresh_item().fields;
    const uuid = sql('gen_random_uuid()::text');
    const columns = [
        sql(`array[${values.map(() => uuid.sql).join(', ')}]`),
        ...['field_key', 'field_value'].map((name) => text_array(values.map((value) => value[name]))),
        text_array(values.map(() => 'text')),
    ];
    const none = Array(5).fill('{}');
    const created = script([['items.create', ...who, uuid, 'ids', 'passport', 'Passport', null, '2', ...columns, '', ...none]]);
    const clients = 32;
    await compare('POST /api/items', 'pgbench, fsync', 0.8, rounds, () => rate_of(wrk(base, {seconds, headers, connections: clients, lua: lua('POST', body)})),
        () => pgbench(vault.database_url, created, {clients: connections, seconds}));
    const changed = script([
        ['items.lock', ...who, item],
        ['items.save', item, null, null, '2', 'true', ...columns, ''],
    ], 'begin;\n', 'commit;\n');
    await compare('PATCH /api/items/{id}', 'pgbench, fsync', 0.8, rounds, () => rate_of(wrk(`${base}/${item}`, {seconds, headers, connections: clients, lua: lua('PATCH', change)})),
        () => pgbench(vault.database_url, changed, {clients: connections, seconds}));
};

/// `postgres` is a durable cluster.
export const writes = async (postgres) => {
    const vault = await new server(postgres.database(), settings).start();
    const user = await registered(vault.port);
    const {org, item} = await fill(postgres, vault, user, {items: 10_000, organizations: 100});
    await measure(vault, user, org, item);
    user.close();
    await vault.stop();
};
