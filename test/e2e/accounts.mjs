// Sessions, the audit log, the trash, and changes of an item in two tabs.
import {strict as assert} from 'node:assert';
import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {once} from 'node:events';
import {join} from 'node:path';

import {describe, test} from '../support/suite.mjs';
import {client, passport, registered} from './lib/client.mjs';
import {common, program, server, until} from './lib/machine.mjs';

describe('accounts');

const password = 'correct horse battery';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0';

/// Signs in once more, as from another device.
const sign_in = async (vault, email, headers = {}) => {
    const one = new client(vault.port);
    const body = JSON.stringify({email, password});
    const answer = await one.call('POST', '/api/auth/login', {headers: {'content-type': 'application/json', ...headers}, body});
    assert.equal(answer.status, 200, answer.body.toString());
    one.token = answer.json.token;
    return one;
};

/// Makes somebody a member of the organisation of another.
const join_as = async (vault, owner, role) => {
    const one = await registered(vault.port, role);
    await owner.post(`/api/orgs/${owner.user.active_org_id}/invite`, {email: one.email, role});
    return {one, headers: {'x-org-id': owner.user.active_org_id}};
};

test('a user sees their sessions with device and address, and ends them', async () => {
    const {postgres} = await common();
    const vault = await new server(postgres.database(), {TRUSTED_PROXIES: '127.0.0.1'}).start();
    const laptop = await registered(vault.port);
    const phone = await sign_in(vault, laptop.email, {'user-agent': firefox, 'x-forwarded-for': '6.6.6.6, 203.0.113.9'});
    const tablet = await sign_in(vault, laptop.email);
    const other = await registered(vault.port);

    const seen = await phone.get('/api/auth/sessions');
    assert.equal(seen.length, 3);
    const [current] = seen.filter((one) => one.current);
    assert.equal(current.device, 'Firefox on Linux');
    assert.equal(current.address, '203.0.113.9');
    assert.deepEqual(Object.keys(current).sort(), ['address', 'created_at', 'current', 'device', 'expires_at', 'id', 'last_used_at']);
    assert.deepEqual(seen.filter((one) => !one.current).map((one) => one.address), ['127.0.0.1', '127.0.0.1']);

    const [own] = (await tablet.get('/api/auth/sessions')).filter((one) => one.current);
    await other.json('DELETE', `/api/auth/sessions/${own.id}`, undefined, 404);
    await phone.json('DELETE', '/api/auth/sessions/no-id', undefined, 404);
    await phone.json('DELETE', `/api/auth/sessions/${own.id}`, undefined, 204);
    const gone = await phone.json('DELETE', `/api/auth/sessions/${own.id}`, undefined, 404);
    assert.deepEqual(gone, {detail: 'Session not found'});
    await tablet.get('/api/auth/me', 401);
    await phone.json('DELETE', '/api/auth/sessions', undefined, 204);
    await laptop.get('/api/auth/me', 401);
    await phone.get('/api/auth/me');
    await other.get('/api/auth/me');
    assert.equal((await phone.get('/api/auth/sessions')).length, 1);
    await vault.stop();
});

test('when a session was last used is written down without a write for each request', async () => {
    const {postgres} = await common();
    const vault = await new server(postgres.database()).start();
    const name = vault.database_name();
    const sql = (text) => postgres.sql(text, name);
    const one = await registered(vault.port);
    const idle = await registered(vault.port);
    sql(`update sessions set last_used_at = now() - interval '1 day'`);
    const recent = (who) => sql(`select last_used_at > now() - interval '1 hour' from sessions where user_id = '${who.user.id}'`);
    await one.get('/api/items');
    const dead = new client(vault.port);
    dead.token = 'f'.repeat(64);
    await dead.get('/api/items', 401);
    assert.equal(recent(one), 'f');
    await vault.stop();
    assert.equal(recent(one), 't');
    assert.equal(recent(idle), 'f');
});

test('of two tabs that change one item, the second is told what it has not seen', async () => {
    const {vault} = await common();
    const user = await registered(vault.port);
    const {id} = await user.post('/api/items', passport('first'));
    const change = (tag, name, method = 'PATCH') =>
        user.call(method, `/api/items/${id}`, {
            headers: {...(tag ? {'if-match': tag} : {}), 'content-type': 'application/json'},
            body: method === 'PATCH' ? JSON.stringify({name, fields: [{field_key: 'country', field_value: name}]}) : undefined,
        });
    const tag_of = async (path = `/api/items/${id}`) => (await user.call('GET', path)).headers.etag;

    const before = await tag_of();
    assert.match(before, /^"[\w-]+"$/);
    const first = await change(before, 'one');
    assert.equal(first.status, 200);
    assert.equal(first.headers.etag, await tag_of());
    const second = await change(before, 'two');
    assert.equal(second.status, 412);
    assert.equal(second.headers.etag, first.headers.etag);
    assert.deepEqual(second.json, {...first.json, detail: 'Item has changed'});
    assert.equal((await change(second.headers.etag, 'two')).status, 200);
    assert.equal((await change(undefined, 'three')).status, 200);
    assert.equal((await change('*', 'four')).status, 200);
    assert.equal((await change(`W/${await tag_of()}`, 'five')).status, 412);
    assert.equal((await change(`"other", ${await tag_of()}`, 'six')).status, 200);

    const current = await tag_of();
    const answers = await Promise.all(Array.from({length: 8}, (_, i) => change(current, `racing ${i}`)));
    assert.equal(answers.filter(({status}) => status === 200).length, 1);
    assert.equal(answers.filter(({status}) => status === 412).length, 7);
    const won = answers.find(({status}) => status === 200).json;
    for (const {status, json} of answers) if (status === 412) assert.equal(json.name, won.name);

    assert.equal((await change(current, '', 'DELETE')).status, 412);
    assert.equal((await change(await tag_of(), '', 'DELETE')).status, 204);
    assert.equal((await change(await tag_of(), '', 'DELETE')).status, 404);
    assert.equal((await change(await tag_of(), 'late')).status, 404);
});

test('an item that the client knows already is not sent again', async () => {
    const {vault} = await common();
    const user = await registered(vault.port);
    const made = await user.post('/api/items', passport());
    const path = `/api/items/${made.id}`;
    const {headers: {etag}} = await user.call('GET', path);
    const known = (tag, method = 'GET') => user.call(method, path, {headers: {'if-none-match': tag}});
    for (const method of ['GET', 'HEAD']) {
        const answer = await known(etag, method);
        assert.equal(answer.status, 304);
        assert.equal(answer.headers.etag, etag);
        assert.equal(answer.body.length, 0);
    }
    assert.equal((await known('"other"')).status, 200);
    const {json: file} = await user.upload(made.id, Buffer.from('scan'));
    const with_file = await known(etag);
    assert.equal(with_file.status, 200);
    assert.equal((await known(with_file.headers.etag)).status, 304);
    await user.json('PATCH', `/api/files/${file.id}`, {display_name: 'Renamed'});
    const renamed = await known(with_file.headers.etag);
    assert.equal(renamed.status, 200);
    await user.json('DELETE', `/api/files/${file.id}`, undefined, 204);
    assert.equal((await known(renamed.headers.etag)).status, 200);
});

test('the trash gives items back, and admins empty it with its files', async () => {
    const {postgres, vault} = await common();
    const owner = await registered(vault.port);
    const {one: member, headers} = await join_as(vault, owner, 'member');
    const {id} = await owner.post('/api/items', passport());
    const {json: file} = await owner.upload(id, Buffer.alloc(100_000, 'x'));
    const name = vault.database_name();
    const object = join(vault.blobs, postgres.sql(`select storage_key from file_attachments where id = '${file.id}'`, name));
    assert.ok(existsSync(object));
    const item = `/api/items/${id}`;

    await owner.post(`${item}/restore`, undefined, 404);
    await owner.json('DELETE', item, undefined, 204);
    assert.equal((await owner.get('/api/items')).total, 0);
    const back = await member.call('POST', `${item}/restore`, {headers});
    assert.equal(back.status, 200);
    assert.equal(back.json.is_archived, false);
    assert.deepEqual(back.json.files.map((one) => one.id), [file.id]);
    assert.equal(back.headers.etag, (await owner.call('GET', item)).headers.etag);
    assert.equal((await owner.get('/api/items')).total, 1);

    const refused = await member.call('DELETE', `${item}?permanent=true`, {headers});
    assert.equal(refused.status, 403);
    assert.deepEqual(refused.json, {detail: 'Insufficient permissions'});
    await owner.json('DELETE', `${item}?permanent=maybe`, undefined, 422);
    assert.equal((await member.call('DELETE', `${item}?permanent=false`, {headers})).status, 204);
    await owner.get(item);
    await owner.json('DELETE', `${item}?permanent=true`, undefined, 204);
    await owner.get(item, 404);
    await owner.get(`/api/files/${file.id}`, 404);
    await owner.json('DELETE', `${item}?permanent=true`, undefined, 404);
    assert.ok(!existsSync(object), 'the object is gone');
    assert.equal(postgres.sql(`select count(*) from pending_blobs where key like '%${id}%'`, name), '0');
});

test('what is old is cleaned up: sessions, links, audit entries and, if the operator wants, the trash', async () => {
    const {postgres} = await common();
    const vault = await new server(postgres.database(), {AUDIT_RETENTION_DAYS: '30'}).start();
    const sql = (text) => postgres.sql(text, vault.database_name());
    const user = await registered(vault.port);
    const old = await user.post('/api/items', passport('old'));
    const {json: file} = await user.upload(old.id, Buffer.from('scan'));
    const object = join(vault.blobs, sql(`select storage_key from file_attachments where id = '${file.id}'`));
    await user.json('DELETE', `/api/items/${old.id}`, undefined, 204);
    const recent = await user.post('/api/items', passport('recent'));
    await user.json('DELETE', `/api/items/${recent.id}`, undefined, 204);
    const live = await user.post('/api/items', passport('live'));
    await vault.stop();

    sql(`update items set updated_at = now() - interval '8 days' where name <> 'recent'`);
    sql(`insert into sessions (id, user_id, token, expires_at) select gen_random_uuid(), id, 'expired', now() from users`);
    sql(`insert into invitation_tokens (id, email, token, purpose, expires_at) values (gen_random_uuid(), 'x', 'expired', 'invite', now())`);
    sql(`insert into audit_log (id, action, created_at) values (gen_random_uuid(), 'ancient', now() - interval '31 days')`);
    const cleaned = () => sql(`select (select count(*) from sessions where token = 'expired') + (select count(*) from invitation_tokens)
        + (select count(*) from audit_log where action = 'ancient')`) === '0';
    await vault.start();
    await until('the clean-up', cleaned);
    assert.equal((await user.get(`/api/items/${old.id}`)).is_archived, true, 'the trash is kept by default');
    await vault.stop();

    vault.extra.TRASH_RETENTION_DAYS = '7';
    await vault.start();
    await until('the trash is emptied', async () => (await user.call('GET', `/api/items/${old.id}`)).status === 404);
    assert.equal((await user.get(`/api/items/${recent.id}`)).is_archived, true);
    assert.equal((await user.get(`/api/items/${live.id}`)).is_archived, false);
    const swept = vault.command('sweep');
    assert.equal(swept.status, 0, swept.errors);
    assert.ok(!existsSync(object));
    await vault.stop();
});

test('admins read the audit log page by page', async () => {
    const {vault} = await common();
    const owner = await registered(vault.port);
    const {one: member, headers} = await join_as(vault, owner, 'member');
    const {one: admin} = await join_as(vault, owner, 'admin');
    const {id} = await owner.post('/api/items', passport());
    const {json: file} = await owner.upload(id, Buffer.from('scan'));
    await owner.json('DELETE', `/api/files/${file.id}`, undefined, 204);
    const read = async (query, who = admin, status = 200) => {
        const answer = await who.call('GET', `/api/audit${query}`, {headers});
        assert.equal(answer.status, status, answer.body.toString());
        return answer.json;
    };

    const all = await read('');
    assert.deepEqual(all.map(({action}) => action), ['file_deleted', 'member_added', 'member_added', 'register']);
    assert.deepEqual(Object.keys(all[0]).sort(), ['action', 'address', 'created_at', 'detail', 'id', 'user_email', 'user_id']);
    assert.equal(all[0].detail, `${file.id} of item ${id}`);
    assert.equal(all[0].user_email, owner.email);
    assert.equal(all[0].address, '127.0.0.1');
    await read('', member, 403);
    assert.equal((await read('?action=member_added')).length, 2);
    assert.equal((await read(`?user_id=${admin.user.id}`)).length, 0);
    assert.equal((await read(`?user_id=${owner.user.id}&limit=2`)).length, 2);
    assert.deepEqual(await read(`?before=${all[1].id}`), all.slice(2));
    assert.deepEqual(await read(`?before=${all[1].created_at}`), all.slice(2));
    assert.deepEqual(await read('?before=2020-01-01'), []);
    for (const bad of ['before=yesterday', 'limit=0', 'limit=1001', 'before=2020-13-01', 'before=%00']) await read(`?${bad}`, admin, 422);
});

test('the operator exports the audit log as JSON lines', async () => {
    const {postgres} = await common();
    const vault = await new server(postgres.database()).start();
    const sql = (text) => postgres.sql(text, vault.database_name());
    const ada = await registered(vault.port);
    const bea = await registered(vault.port);
    await vault.stop();
    const exported = (...flags) => {
        const done = vault.command('audit', 'export', ...flags);
        assert.equal(done.status, 0, done.errors);
        return done.out === '' ? [] : done.out.trim().split('\n').map((line) => JSON.parse(line));
    };
    const [first, second] = exported('--since', '2020-01-01').filter(({action}) => action === 'register');
    assert.equal(first.user_email, ada.email);
    assert.equal(second.user_id, bea.user.id);
    assert.deepEqual(exported('--org', ada.user.active_org_id), [first]);
    assert.deepEqual(exported('--org', bea.user.active_org_id, '--since', second.created_at), [second]);
    assert.deepEqual(exported('--since', '2999-01-01'), []);
    for (const flags of [['--org', 'ada'], ['--since', 'yesterday']]) {
        const refused = vault.command('audit', 'export', ...flags);
        assert.equal(refused.status, 2);
        assert.ok(refused.errors.includes(flags[0]), refused.errors);
    }
    assert.equal(vault.command('audit').status, 2);

    sql(`insert into audit_log (id, action, detail) select gen_random_uuid(), 'filler', repeat('x', 1000) from generate_series(1, 20000)`);
    // A reader that goes away ends it with an error, not a crash.
    const child = spawn(program, ['audit', 'export'], {env: vault.env(), stdio: ['ignore', 'pipe', 'pipe']});
    child.stdout.once('data', () => child.stdout.destroy());
    assert.deepEqual(await once(child, 'exit'), [1, null]);
});
