// What the operator's commands say and do about stored files: verify, and moving between stores.
import {strict as assert} from 'node:assert';
import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';

import {describe, test} from '../support/suite.mjs';
import {passport, registered} from './lib/client.mjs';
import {common, folder, program, server, until} from './lib/machine.mjs';
import {new_bucket, new_folder, new_store, on_s3} from './lib/stores.mjs';

describe('stores');

const pdf = {type: 'application/pdf', name: 'scan.pdf'};
const version = (number) => ({encryption_version: String(number)});

/// A vault of its own with these files: [{bytes, version}]; each becomes {id, key, bytes}.
const with_files = async (files, body) => {
    const {postgres} = await common();
    const vault = await new server(postgres.database()).start();
    const sql = (text) => postgres.sql(text, vault.database_name());
    try {
        const user = await registered(vault.port, 'stores');
        const item = await user.post('/api/items', passport());
        for (const file of files) {
            const answer = await user.upload(item.id, file.bytes, {...pdf, fields: version(file.version)});
            assert.equal(answer.status, 201, answer.body.toString());
            file.id = answer.json.id;
            file.key = sql(`select storage_key from file_attachments where id = '${file.id}'`);
        }
        await body({vault, user, files, sql, store: vault.store});
        user.close();
    } finally {
        await vault.stop();
    }
};

const report = (vault, ...flags) => {
    const done = vault.command('verify', '--json', ...flags);
    assert.equal(done.errors, '');
    return {status: done.status, ...JSON.parse(done.out)};
};

const some_files = () => [1, 1, 1, 2, 2, 2, 2].map((number, i) => ({version: number, bytes: randomBytes(i === 6 ? 9_000_000 : 1000 * i)}));

/// The same object with one bit changed.
const damage = async (store, key) => {
    const bytes = await store.get(key);
    bytes[bytes.length >> 1] ^= 1;
    await store.put(key, bytes);
};

test('verify finds nothing wrong with a vault that is well, also while something is on its way', () =>
    with_files(some_files(), async ({vault, files, sql, store}) => {
        await store.put('on-its-way', Buffer.alloc(10));
        sql(`insert into pending_blobs (key) values ('on-its-way')`);
        const found = report(vault);
        const sealed = files.filter((file) => file.version === 1).length;
        assert.deepEqual(found, {
            status: 0, ok: true, files: files.length, missing: [], damaged: [], extra: [], pending: 1, unchecked: 0,
            // Version 1 is read in clear, without its tags.
            bytes_read: files.reduce((sum, file) => sum + file.bytes.length, 0),
        });
        assert.ok(sealed > 0);
        const text = vault.command('verify');
        assert.equal(text.status, 0);
        assert.match(text.out, /^7 files, .* 0 missing, 0 damaged; 0 objects extra, 1 pending\n$/);
    }));

test('verify finds what is missing, damaged and extra, and names it', () =>
    with_files(some_files(), async ({vault, files, sql, store}) => {
        const [fine, old_sealed, sealed, cut, gone, old, large] = files;
        await damage(store, large.key);
        await damage(store, sealed.key);
        // From before there were checksums: the tag tells, and of version 2 nothing but its size.
        await damage(store, old_sealed.key);
        await damage(store, old.key);
        sql(`update file_attachments set sha256 = null where id in ('${old_sealed.id}', '${old.id}')`);
        await store.put(cut.key, cut.bytes.subarray(1));
        await store.remove(gone.key);
        const extra = fine.key.replace(/[^/]*$/, 'nobody.enc');
        await store.put(extra, Buffer.alloc(77));

        const found = report(vault);
        assert.equal(found.status, 1);
        assert.equal(found.ok, false);
        assert.deepEqual(found.missing, [{key: gone.key, file_id: gone.id}]);
        assert.deepEqual(found.extra, [{key: extra, size: 77}]);
        const reasons = Object.fromEntries(found.damaged.map(({file_id, reason}) => [file_id, reason]));
        assert.deepEqual(reasons, {
            [large.id]: 'its SHA-256 is not that of the row',
            [sealed.id]: 'its tag is wrong',
            [old_sealed.id]: 'its tag is wrong',
            [cut.id]: `its size is ${cut.bytes.length - 1} instead of ${cut.bytes.length} bytes`,
        });
        assert.equal(found.unchecked, 1);

        const text = vault.command('verify');
        assert.equal(text.status, 1);
        assert.ok(text.out.includes(`missing  ${gone.key}  file ${gone.id}\n`), text.out);
        assert.ok(text.out.includes(`extra    ${extra}  77 B\n`), text.out);
        assert.match(text.out, /7 files, .*: 1 missing, 4 damaged; 1 object extra, 0 pending; 1 could not be checked/);

        const quick = report(vault, '--quick');
        assert.equal(quick.status, 1);
        assert.deepEqual(quick.damaged.map(({file_id}) => file_id), [cut.id]);
        assert.equal(quick.bytes_read, 0);
    }));

test('verify without the right SECRET_KEY still compares checksums', () =>
    with_files([{version: 1, bytes: randomBytes(500)}, {version: 1, bytes: randomBytes(600)}], async ({vault, files, sql, store}) => {
        const [sealed, old] = files;
        sql(`update file_attachments set sha256 = null where id = '${old.id}'`);
        vault.secret = randomBytes(32).toString('hex');
        assert.deepEqual({...report(vault), bytes_read: 0}, {
            status: 0, ok: true, files: 2, missing: [], damaged: [], extra: [], pending: 0, unchecked: 1, bytes_read: 0,
        });
        await damage(store, sealed.key);
        assert.deepEqual(report(vault).damaged.map(({file_id}) => file_id), [sealed.id]);
    }));

test('verify says why it cannot', async () => {
    const {postgres} = await common();
    const vault = new server(postgres.database(), {BLOB_STORE: 'folder', BLOB_DIR: '/nowhere/blobs', LISTEN: '127.0.0.1:0'});
    assert.equal(vault.command('migrate').status, 0);
    const done = vault.command('verify');
    assert.equal(done.status, 1);
    assert.match(done.errors, /^kinvault: .*\/nowhere\/blobs.*\n$/);
    assert.equal(vault.command('verify', '--from', 'x').status, 2, 'a flag of another command');
});

/// Where files can move to from the store under test.
const destinations = on_s3 ? [['a folder', () => new_folder(folder())], ['another bucket', new_bucket]] : [['another folder', () => new_folder(folder())]];

const copy = (vault, to, ...flags) => vault.command('blobs', 'copy', '--from', 'settings', '--to', to.spec, ...flags);

for (const [what, make] of destinations) {
    test(`files move to ${what}, and a server finds them there`, () =>
        with_files(some_files(), async ({vault, user, files, store}) => {
            const to = make();
            await to.make();
            const first = copy(vault, to);
            assert.equal(first.status, 0, first.errors);
            assert.match(first.out, /^7 objects: 7 copied, 0 there already; /);
            assert.deepEqual(await to.list(), await store.list());
            for (const {key} of files) assert.ok((await to.get(key)).equals(await store.get(key)), key);

            const again = copy(vault, to, '--quick');
            assert.match(again.out, /^7 objects: 0 copied, 7 there already; 0 B copied\n$/);
            // What differs with the same size is found by reading only; what is more is left.
            await damage(to, files[5].key);
            await to.put('more', Buffer.alloc(5));
            assert.match(copy(vault, to, '--quick').out, /7 there already; 0 B copied; the destination has 1 object more/);
            assert.match(copy(vault, to).out, /0 copied, 6 there already, 1 replaced that differed/);
            assert.ok((await to.get(files[5].key)).equals(files[5].bytes));
            await to.remove('more');

            await vault.stop();
            vault.store = to;
            await vault.start();
            for (const {id, bytes} of files) assert.ok((await user.call('GET', `/api/files/${id}`)).body.equals(bytes), id);
            assert.equal(report(vault).status, 0);
            await to.end();
        }));
}

/// Starts a copy and ends it with a signal once something has arrived; returns its exit.
const interrupt = async (vault, to, signal) => {
    const child = spawn(program, ['blobs', 'copy', '--from', 'settings', '--to', to.spec], {env: vault.env(), stdio: 'ignore'});
    const ended = once(child, 'close');
    await until('something has arrived', async () => (await to.list()).length > 0);
    child.kill(signal);
    return ended;
};

test('a copy that is interrupted leaves nothing half done, and goes on', async () => {
    const {postgres} = await common();
    const vault = new server(postgres.database(), {LISTEN: '127.0.0.1:0'});
    const from = vault.store;
    const to = new_store(folder());
    await from.make();
    await to.make();
    const keys = Array.from({length: 300}, (_, i) => `org/file${String(i).padStart(3, '0')}.enc`);
    const bytes = randomBytes(200_000);
    await Promise.all(keys.map((key, i) => from.put(key, bytes.subarray(i))));

    assert.deepEqual(await interrupt(vault, to, 'SIGINT'), [130, null]);
    assert.deepEqual(await to.unfinished(), []);
    const half = (await to.list()).length;
    assert.ok(half < keys.length, `${half} had arrived`);
    assert.deepEqual(await interrupt(vault, to, 'SIGKILL'), [null, 'SIGKILL']);
    const done = copy(vault, to);
    assert.equal(done.status, 0, done.errors);
    assert.match(done.out, /^300 objects: [1-9]\d* copied, [1-9]\d* there already/);
    assert.deepEqual(await to.list(), keys);
    for (const [i, key] of keys.entries()) assert.ok((await to.get(key)).equals(bytes.subarray(i)), key);
    await from.end();
    await to.end();
}, {seconds: 180});

test('blobs copy says what it needs and why it cannot', async () => {
    const {postgres} = await common();
    const vault = new server(postgres.database(), {LISTEN: '127.0.0.1:0'});
    const says = (words, what) => {
        const done = vault.command('blobs', ...words);
        assert.equal(done.status, 2, words.join(' '));
        assert.match(done.errors, what);
    };
    says([], /usage: kinvault blobs copy --from STORE --to STORE/);
    says(['copy', '--from', 'settings'], /usage/);
    says(['copy', '--from', 'settings', '--to', 'settings'], /the same store/);
    says(['copy', '--from', 'settings', '--to', 'tape:x'], /"tape:x" is no store: settings, folder:PATH, s3:BUCKET or config:FILE/);
    says(['copy', '--from', 'settings', '--to', 'config:/nowhere'], /cannot read \/nowhere/);
    const nowhere = vault.command('blobs', 'copy', '--from', 'folder:/nowhere/blobs', '--to', `folder:${folder()}`);
    assert.equal(nowhere.status, 1);
    assert.match(nowhere.errors, /^kinvault: .*\/nowhere\/blobs.*\n$/);
});
