// The way back from a vault that was taken over: the original finds in its own columns what was made
// here, of every kind.
import {strict as assert} from 'node:assert';
import {randomBytes} from 'node:crypto';

import * as crypto from '../fixtures/original/crypto.mjs';
import {schema} from '../fixtures/original/vault.mjs';
import {describe, test} from '../support/suite.mjs';
import {client, new_email, passport} from './lib/client.mjs';
import {objects} from './lib/family.mjs';
import {login, rows_of, sound} from './lib/original.mjs';
import * as zk from './lib/zk.mjs';

describe('adopt back');

/// Columns that the original declares not null or gives a default: it counts on what is in them.
const always_filled = (body) =>
    [...body.matchAll(/^ {4}([a-z]\w*) [A-Z].*(?:NOT NULL|DEFAULT)/gm)].map(([, name]) => name);

/// The rows of each table that were not there before.
const new_rows = (url, vault) =>
    Object.fromEntries(Object.entries(vault.rows).map(([table, known]) => {
        const ids = new Set(known.map((row) => row.id));
        return [table, [...rows_of(url, table).values()].filter((row) => !ids.has(row.id))];
    }));

const one = (rows, what) => {
    const [row, ...more] = rows.filter(what);
    assert.ok(row && more.length === 0);
    return row;
};

/// The original's login, from its own columns only: for the client of lib/zk.mjs.
const login_of_the_original = (rows) => ({
    async post(path, sent) {
        const user = one(rows.users, (row) => row.email === sent.email);
        if (path === '/api/auth/prelogin') return {kdf_iterations: user.kdf_iterations};
        assert.ok(crypto.fits_bcrypt(sent.master_password_hash, user.password_hash));
        const key = one(rows.org_member_keys, (row) => row.user_id === user.id);
        return {...user, token: '', encrypted_org_key: key.encrypted_org_key};
    },
});

/// Something of every kind, by a member of a household of version 1.
const fill_all = async (http) => {
    const made = new objects({owner: http});
    const kinds = ['contact', 'reminder', 'provider', 'guest', 'linked_vehicle', 'linked_person', 'linked_contact', 'linked_license', 'file'];
    for (const kind of kinds) await made[kind]();
    const item_id = (await made.policy()).id;
    await http.json('PUT', '/api/coverage/rows', {item_id, rows: [{service_key: 'a', service_label: 'A'}]});
    await http.json('PUT', '/api/coverage/limits', {item_id, limits: [{limit_key: 'a', limit_label: 'A'}]});
    return made;
};

test('the original finds in its own columns what was made here, of every kind', async () => {
    const {vault, kinvault} = await sound({PASSWORD_HASH: 'bcrypt'});
    await kinvault.serve();
    const ada = await login(kinvault.port, vault.legacy.ada);
    const made = await fill_all(ada);
    const invitation = await made.invitation();

    const [email, password] = [new_email('sealed'), 'sealed after the taking over'];
    const http = new client(kinvault.port);
    const {member} = await zk.register(http, email, password, 'New Sealed');
    const secret = await member.encrypt_text('N-7');
    const item = await http.post('/api/items', {
        ...passport(), encryption_version: 2, notes: await member.encrypt_text('new notes'), fields: [{field_key: 'passport_number', field_value: secret}]});
    const plain = randomBytes(50_000);
    const upload = await http.upload(item.id, await member.encrypt_file(plain));
    assert.equal(upload.status, 201);
    for (const each of [ada, http]) each.close();
    await kinvault.stop();

    const rows = new_rows(kinvault.database_url, vault);
    for (const [, table, body] of schema.matchAll(/^CREATE TABLE (\w+) \(\n(.*?)\n\);$/gms)) {
        if (table === 'alembic_version') continue;
        assert.ok(rows[table].length > 0, `nothing new in ${table}`);
        for (const row of rows[table]) {
            for (const name of always_filled(body)) assert.ok(row[name] !== null && row[name] !== undefined, `${table}.${name}`);
        }
    }
    // A link in a mail that is on its way leads somewhere there too.
    assert.ok(rows.invitation_tokens.some((row) => row.token === invitation && row.purpose === 'invite'));

    const reader = (await zk.login(login_of_the_original(rows), email, password)).member;
    const stored = one(rows.items, (row) => row.id === item.id);
    assert.equal(await reader.decrypt_text(stored.notes), 'new notes');
    assert.equal(await reader.decrypt_text(one(rows.item_field_values, (row) => row.item_id === item.id).field_value), 'N-7');
    const file = one(rows.file_attachments, (row) => row.id === upload.json.id);
    assert.deepEqual([file.encryption_version, file.encryption_iv, file.encryption_tag], [2, '', '']);
    assert.ok((await reader.decrypt_file(await kinvault.store.get(file.storage_key))).equals(plain));
}, {seconds: 180});
