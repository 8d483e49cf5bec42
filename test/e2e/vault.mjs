// The way of a family: an account with keys of its own, an item, a large file, a crash in between.
import {strict as assert} from 'node:assert';
import {randomBytes} from 'node:crypto';

import {describe, test} from '../support/suite.mjs';
import {client, new_email} from './lib/client.mjs';
import {cluster, server} from './lib/machine.mjs';
import * as zk from './lib/zk.mjs';

describe('vault');

const license = {
    full_name: 'Ada Lovelace',
    license_number: 'D1234-56789',
    state: 'California',
    expiration_date: '2031-12-10',
};

const sealed_fields = (member) =>
    Promise.all(Object.entries(license).map(async ([field_key, value]) => ({field_key, field_value: await member.encrypt_text(value)})));

const check_item = async (http, member, id) => {
    const item = await http.get(`/api/items/${id}`);
    const opened = {};
    for (const {field_key, field_value} of item.fields) opened[field_key] = await member.decrypt_text(field_value);
    assert.deepEqual(opened, license);
    assert.deepEqual(Object.keys(opened), Object.keys(license), 'the order of the fields');
    assert.equal(await member.decrypt_text(item.notes), 'In the blue folder');
    return item;
};

const check_file = async (http, member, id, sealed, plain) => {
    const answer = await http.call('GET', `/api/files/${id}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['x-encryption-version'], '2');
    assert.equal(answer.headers['content-type'], 'application/octet-stream');
    assert.ok(answer.body.equals(sealed), 'the stored bytes');
    assert.ok((await member.decrypt_file(answer.body)).equals(plain), 'the file');
};

test('a 20 MiB file encrypted by its owner survives a SIGKILL of the server', async () => {
    const postgres = await new cluster().start();
    const vault = await new server(postgres.database()).start();
    const email = new_email('Ada').toUpperCase();
    const password = 'Analytical Engine №1';
    const plain = randomBytes(20 * 1024 * 1024);

    const first = new client(vault.port);
    const account = await zk.register(first, email, password, 'Ada Lovelace');
    assert.equal(account.answer.user.email, email.toLowerCase());
    first.close();

    const second = new client(vault.port);
    const {member} = await zk.login(second, email, password);
    const item = await second.post('/api/items', {
        category: 'ids',
        subcategory: 'drivers_license',
        name: "Ada's license",
        notes: await member.encrypt_text('In the blue folder'),
        encryption_version: 2,
        fields: await sealed_fields(member),
    });
    assert.equal(item.encryption_version, 2);
    const sealed = await member.encrypt_file(plain);
    const uploaded = await second.upload(item.id, sealed, {name: 'front.jpg', fields: {purpose: 'front_image', encryption_version: '2'}});
    assert.equal(uploaded.status, 201, uploaded.body.toString());
    assert.equal(uploaded.json.file_size, sealed.length);
    assert.equal(uploaded.json.display_name, 'Front Image');
    await check_item(second, member, item.id);
    await check_file(second, member, uploaded.json.id, sealed, plain);
    second.close();

    assert.deepEqual(await vault.stop('SIGKILL'), {code: null, signal: 'SIGKILL'});
    await vault.start();
    const third = new client(vault.port);
    const again = await zk.login(third, email, password);
    const kept = await check_item(third, again.member, item.id);
    assert.deepEqual(kept.files.map(({id}) => id), [uploaded.json.id]);
    await check_file(third, again.member, uploaded.json.id, sealed, plain);

    // Sessions live in the database: the one from before the crash is still good.
    third.token = account.answer.token;
    assert.equal((await third.get('/api/auth/me')).id, account.answer.user.id);
    third.close();
    assert.deepEqual(await vault.stop(), {code: 0, signal: null});
    await postgres.stop();
}, {seconds: 180});

test('a wrong password unlocks nothing', async () => {
    const postgres = await new cluster().start();
    const vault = await new server(postgres.database()).start();
    const http = new client(vault.port);
    const email = new_email();
    await zk.register(http, email, 'right', 'Ada Lovelace');
    await assert.rejects(zk.login(http, email, 'wrong'), /401/);
    http.close();
    await vault.stop();
    await postgres.stop();
});
