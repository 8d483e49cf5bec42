// Single sentences of the HTTP contract that no other test is about.
import {strict as assert} from 'node:assert';

import {describe, test} from '../support/suite.mjs';
import {client, passport, registered} from './lib/client.mjs';
import {common, server} from './lib/machine.mjs';

describe('contract');

const nobody = '00000000-0000-4000-8000-000000000000';

/// A server of its own with these settings.
const with_server = async (env, body) => {
    const {postgres} = await common();
    const vault = await new server(postgres.database(), env).start();
    try {
        await body(vault);
    } finally {
        await vault.stop();
    }
};

const say = (method, path, one, value) => one.call(method, path, value && {
    headers: {'content-type': 'application/json'}, body: JSON.stringify(value),
});

test('links of items that are not there, or not ours, are not found', async () => {
    const {vault} = await common();
    const [ada, eve] = [await registered(vault.port), await registered(vault.port)];
    const item = await ada.post('/api/items', passport());
    const car = await ada.post('/api/vehicles', {name: 'Car'});
    await ada.post(`/api/vehicles/item/${item.id}`, {vehicle_id: car.id});
    const [{id: person}] = await ada.get('/api/people');
    const link = await ada.post(`/api/people/item/${item.id}`, {person_id: person});
    const saved = await ada.post('/api/saved-contacts', {name: 'CPA'});
    const number = await ada.post(`/api/saved-contacts/item/${item.id}`, {saved_contact_id: saved.id});
    for (const [path, detail] of [
        [`vehicles/item/${item.id}/${car.id}`, 'Vehicle assignment not found'],
        [`people/item/${item.id}/${link.id}`, 'Link not found'],
        [`saved-contacts/item/${item.id}/${number.id}`, 'Link not found'],
        [`item-links/${item.id}`, 'Link not found'],
    ]) {
        const foreign = await eve.json('DELETE', `/api/${path}`, undefined, 404);
        assert.deepEqual(foreign, {detail}, path);
        const unknown = await ada.json('DELETE', `/api/${path.replace(item.id, nobody)}`, undefined, 404);
        assert.deepEqual(unknown, {detail}, path);
    }
    assert.equal((await ada.get(`/api/vehicles/item/${item.id}`)).length, 1);
    assert.equal((await ada.get(`/api/people/item/${item.id}`)).length, 1);
    await ada.json('DELETE', `/api/vehicles/item/${item.id}/${car.id}`, undefined, 204);
    await ada.json('DELETE', `/api/people/item/${item.id}/${link.id}`, undefined, 204);
    ada.close();
    eve.close();
});

test('a file of an archived item can be fetched, but keeps its name', async () => {
    const {vault} = await common();
    const ada = await registered(vault.port);
    const item = await ada.post('/api/items', passport());
    const {id} = (await ada.upload(item.id, Buffer.from('scan'))).json;
    await ada.json('PATCH', `/api/files/${id}`, {display_name: 'Before'}, 200);
    await ada.json('DELETE', `/api/items/${item.id}`, undefined, 204);
    const refused = await ada.json('PATCH', `/api/files/${id}`, {display_name: 'After'}, 404);
    assert.deepEqual(refused, {detail: 'File not found'});
    assert.equal((await ada.call('GET', `/api/files/${id}`)).body.toString(), 'scan');
    assert.equal((await ada.get(`/api/items/${item.id}`)).files[0].display_name, 'Before');
    ada.close();
});

test('a search counts what it finds beyond the 50 that it shows', async () => {
    const {vault} = await common();
    const ada = await registered(vault.port);
    for (let i = 0; i < 53; i += 1) await ada.post('/api/items', passport(`Passport ${i}`));
    const {items, total, page, limit} = await ada.get('/api/search?q=PASSPORT');
    assert.deepEqual([items.length, total, page, limit], [50, 53, 1, 50]);
    assert.equal((await ada.get('/api/search?q=passport%205')).total, 4);
    assert.equal((await ada.get('/api/search?q=nothing')).total, 0);
    ada.close();
});

test('logins that succeed do not count against the limit of those that fail', () =>
    with_server({LOGIN_RATE_LIMIT_PER_MINUTE: '3'}, async (vault) => {
        const ada = await registered(vault.port);
        const login = async (password) => (await say('POST', '/api/auth/login', ada, {email: ada.email, password})).status;
        for (let i = 0; i < 5; i += 1) assert.equal(await login('correct horse battery'), 200);
        for (let i = 0; i < 3; i += 1) assert.equal(await login('wrong'), 401);
        assert.equal(await login('wrong'), 429);
        assert.equal(await login('correct horse battery'), 429);
        ada.close();
    }));

test('the limit of logins is stricter than that of all requests', () =>
    with_server({RATE_LIMIT_PER_MINUTE: '12', LOGIN_RATE_LIMIT_PER_MINUTE: '10'}, async (vault) => {
        const one = new client(vault.port);
        const login = async (email) => (await say('POST', '/api/auth/login', one, {email, password: 'wrong'})).status;
        for (let i = 0; i < 3; i += 1) assert.equal(await login('a@example.org'), 401);
        assert.equal(await login('a@example.org'), 429);
        assert.equal(await login('b@example.org'), 401);
        one.close();
    }));

test('who watches the health does not use up the limit of anybody, unless it is a flood', () =>
    with_server({RATE_LIMIT_PER_MINUTE: '6'}, async (vault) => {
        const one = new client(vault.port);
        const ask = async (path) => (await one.call('GET', path)).status;
        for (let i = 0; i < 5; i += 1) assert.equal(await ask('/api/health'), 200);
        for (let i = 0; i < 6; i += 1) assert.equal(await ask('/api/auth/me'), 401);
        assert.equal(await ask('/api/auth/me'), 429);
        assert.equal(await ask('/api/health'), 200, 'however much else there was');
        const flood = await one.call('GET', '/api/health');
        assert.equal(flood.status, 429);
        const seconds = Number(flood.headers['retry-after']);
        assert.ok(seconds >= 1 && seconds <= 60, flood.headers['retry-after']);
        one.close();
    }));
