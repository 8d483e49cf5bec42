// The database goes away and comes back; the server stays.
import {strict as assert} from 'node:assert';

import {describe, test} from '../support/suite.mjs';
import {client, passport, registered} from './lib/client.mjs';
import {cluster, server, until} from './lib/machine.mjs';

describe('outage');

test('without its database the server answers 503 with Retry-After and recovers by itself', async () => {
    const postgres = await new cluster().start();
    const vault = await new server(postgres.database(), {ACQUIRE_TIMEOUT: '2'}).start();
    const user = await registered(vault.port);
    const item = await user.post('/api/items', passport());

    await postgres.stop();
    const calls = [
        ['GET', '/api/items', undefined],
        ['GET', '/api/auth/me', undefined],
        ['POST', '/api/auth/prelogin', {email: user.email}],
        ['PATCH', `/api/items/${item.id}`, {name: 'New name'}],
    ];
    for (const [method, path, value] of [...calls, ...calls]) {
        const body = value && JSON.stringify(value);
        const answer = await user.call(method, path, {body, headers: body ? {'content-type': 'application/json', 'content-length': body.length} : {}});
        assert.equal(answer.status, 503, `${method} ${path}: ${answer.body}`);
        assert.match(answer.headers['retry-after'] ?? '', /^\d+$/, `${method} ${path}`);
        assert.equal(typeof answer.json.detail, 'string');
        assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    }
    assert.equal((await user.call('GET', '/api/health')).status, 200, 'the process is well');

    await postgres.start();
    await until('the server has found its database', async () => (await user.call('GET', '/api/items')).status === 200, 30);
    assert.equal((await user.get(`/api/items/${item.id}`)).name, item.name, 'the refused change was not made');
    await user.json('PATCH', `/api/items/${item.id}`, {name: 'New name'});
    user.close();
    await vault.stop();
    await postgres.stop();
}, {seconds: 180});

test('connections that the database ends are replaced', async () => {
    const postgres = await new cluster().start();
    const vault = await new server(postgres.database()).start();
    const user = await registered(vault.port);
    for (let round = 0; round < 3; round += 1) {
        postgres.sql(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '${vault.database_name()}'`, 'postgres');
        await until('requests succeed again', async () => {
            const answer = await user.call('GET', '/api/items');
            assert.ok([200, 503].includes(answer.status), `status ${answer.status}`);
            return answer.status === 200;
        });
    }
    const others = await Promise.all(Array.from({length: 50}, () => user.call('GET', '/api/items')));
    assert.deepEqual(new Set(others.map(({status}) => status)), new Set([200]));
    user.close();
    await vault.stop();
    await postgres.stop();
});

test('migrate without a database says why it ends', async () => {
    const postgres = await new cluster().start();
    const vault = await new server(postgres.database()).start();
    await vault.stop();
    await postgres.stop();
    const done = vault.command('migrate');
    assert.notEqual(done.status, 0);
    assert.match(`${done.out}${done.errors}`, /database|PostgreSQL|connect/i, 'a reason');
    await postgres.start();
    await vault.start();
    const http = new client(vault.port);
    assert.deepEqual(await http.get('/api/health'), {status: 'ok'});
    http.close();
    await vault.stop();
    await postgres.stop();
});
