// Mail from the outside: what users do, and what arrives at a real mail server.
import {strict as assert} from 'node:assert';

import {after, describe, test} from '../support/suite.mjs';
import {client, new_email, passport, registered} from './lib/client.mjs';
import {common, free_port, server, until} from './lib/machine.mjs';
import {mailbox} from './lib/mailbox.mjs';

describe('mail');

const boxes = [];
const new_box = async (...what) => {
    const box = await new mailbox(...what).start();
    boxes.push(box);
    return box;
};
after(async () => {
    for (const box of boxes) await box.stop();
});

const vault_with = async (env) => new server((await common()).postgres.database(), {FRONTEND_URL: 'https://vault.example.org', ...env}).start();

const token_in = (mail, page) => {
    const found = new RegExp(`^https://vault\\.example\\.org/${page}\\?token=([\\w-]{64})$`, 'm').exec(mail.text);
    assert.ok(found, mail.text);
    assert.ok(mail.html.includes(`href="https://vault.example.org/${page}?token=${found[1]}"`), mail.html);
    return found[1];
};

const today = (days = 0) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('a forgotten password is reset with the link that comes by mail', async () => {
    const box = await new_box();
    const vault = await vault_with(box.settings());
    const user = await registered(vault.port);
    const anonymous = new client(vault.port);
    const said = await anonymous.post('/api/auth/forgot-password', {email: user.email.toUpperCase()}, 200);
    assert.deepEqual(await anonymous.post('/api/auth/forgot-password', {email: new_email()}, 200), said);

    const mail = await box.first(user.email);
    assert.deepEqual(mail.defects, []);
    assert.equal(mail.from, 'vault@example.org');
    assert.equal(mail.head.from, 'The vault <vault@example.org>');
    assert.equal(mail.head.to, user.email);
    assert.ok(mail.text.startsWith('Hello Ada Lovelace,\n'), mail.text);
    const token = token_in(mail, 'reset-password');
    assert.equal((await anonymous.get(`/api/auth/validate-reset?token=${token}`)).valid, true);
    await anonymous.post('/api/auth/reset-password', {token, password: 'another long password'}, 200);
    await anonymous.post('/api/auth/login', {email: user.email, password: 'another long password'}, 200);
    await user.get('/api/auth/me', 401);
    assert.equal(box.mails.length, 1, 'one mail, and none for the unknown email');
    assert.ok(!vault.log.includes(token), 'no secret in the log');
    await vault.stop();
});

test('an invitation comes by mail, also again, and only the last one works', async () => {
    const box = await new_box();
    const vault = await vault_with(box.settings());
    const owner = await registered(vault.port);
    const email = new_email('jörg').replace('ö', 'oe');
    const person = await owner.post('/api/people', {first_name: 'Jörg', last_name: 'Müller', email, can_login: true});
    const first = token_in(await box.first(email), 'accept-invite');
    await owner.post(`/api/people/${person.id}/resend-invite`, undefined, 200);
    await until('the second mail', () => box.to(email).length === 2);
    const mail = box.to(email)[1];
    assert.deepEqual(mail.defects, []);
    assert.match(mail.head.subject, /^Ada Lovelace invites you to Ada Lovelace's Vault$/);
    assert.ok(mail.text.startsWith('Hello Jörg Müller,'), mail.text);
    const second = token_in(mail, 'accept-invite');
    const guest = new client(vault.port);
    assert.equal((await guest.get(`/api/auth/validate-invite?token=${first}`)).valid, false);
    const joined = await guest.post('/api/auth/accept-invite', {token: second, password: 'a long password'}, 200);
    assert.equal(joined.user.email, email);
    await vault.stop();
});

test('names that would be fields of the head stay names', async () => {
    const box = await new_box();
    const vault = await vault_with(box.settings());
    const owner = await registered(vault.port);
    const [org] = await owner.get('/api/orgs');
    await owner.json('PUT', `/api/orgs/${org.id}`, {name: 'Evil\r\nBcc: eve@example.org\r\n\r\n<script>'});
    const email = new_email('guest');
    await owner.post('/api/people', {first_name: '<img src=x>\r\nBcc: eve@example.org', last_name: 'X', email, can_login: true});
    const mail = await box.first(email);
    assert.deepEqual(mail.defects, []);
    assert.deepEqual(mail.to, [email]);
    assert.ok(!('bcc' in mail.head));
    assert.ok(!/<script>|<img/.test(mail.html), mail.html);
    await vault.stop();
});

test('a due reminder is mailed to every member once, whoever reminds', async () => {
    const box = await new_box();
    const vault = await vault_with(box.settings());
    const user = await registered(vault.port);
    const guest = await registered(vault.port, 'guest');
    const [org] = await user.get('/api/orgs');
    await user.post(`/api/orgs/${org.id}/invite`, {email: guest.email, role: 'viewer'});
    const item = await user.post('/api/items', passport('Ada’s passport'));
    await user.post('/api/reminders/custom', {item_id: item.id, title: 'Renew it', remind_date: today(3), note: 'Two photos'});
    await user.post('/api/reminders/custom', {item_id: item.id, title: 'Not yet', remind_date: today(30)});
    for (let round = 0; round < 2; round += 1) {
        const done = vault.command('remind');
        assert.equal(done.status, 0, done.errors);
        assert.equal(done.out, round === 0 ? '1 reminders mailed, 0 moved on\n' : '0 reminders mailed, 0 moved on\n');
    }
    for (const {email} of [user, guest]) {
        const mail = await box.first(email);
        assert.deepEqual(mail.defects, []);
        assert.equal(mail.head.subject, 'Reminder: Renew it');
        assert.match(mail.text, /\(in 3 days\)/);
        assert.match(mail.text, /Ada’s passport/);
        assert.match(mail.text, /Two photos/);
        assert.match(mail.text, /https:\/\/vault\.example\.org/);
    }
    // The server reminds when it starts, too.
    await user.post('/api/reminders/custom', {item_id: item.id, title: 'Call', remind_date: today(), repeat: 'weekly'});
    await vault.stop();
    await vault.start();
    await until('a mail of the server itself', () => box.to(user.email).some((mail) => mail.head.subject === 'Reminder: Call'), 30);
    await until('the mail of the guest', () => box.mails.length === 4);
    await vault.stop();
});

test('mail waits for a mail server that is away, also when the vault dies meanwhile', async () => {
    const port = await free_port();
    const vault = await vault_with({SMTP_HOST: '127.0.0.1', SMTP_PORT: String(port), SMTP_USE_TLS: 'false'});
    const user = await registered(vault.port);
    const anonymous = new client(vault.port);
    await anonymous.post('/api/auth/forgot-password', {email: user.email}, 200);
    await until('the vault has missed the mail server', () => vault.log.includes('out of reach'));
    await vault.stop('SIGKILL');
    await vault.start();
    const box = await new_box([], port);
    // A second server on the same database, which sends as well.
    const second = new server(vault.database_url, {SMTP_HOST: '127.0.0.1', SMTP_PORT: String(port), SMTP_USE_TLS: 'false'});
    second.secret = vault.secret;
    await second.start();
    const mail = await box.first(user.email, 60);
    assert.equal(mail.head['auto-submitted'], 'auto-generated');
    const {postgres} = await common();
    await until('it is recorded', () => postgres.sql("SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL AND message IS NULL", vault.database_name()) === '1');
    assert.equal(box.mails.length, 1);
    await second.stop();
    await vault.stop();
});

test('nothing goes to a mail server whose certificate is not good', async () => {
    const box = await new_box(['--tls', 'starttls', '--user', 'vault', '--password', 'a password']);
    const settings = box.settings({SMTP_USE_TLS: 'true', SMTP_USER: 'vault', SMTP_PASSWORD: 'a password'});
    const vault = await vault_with(settings);
    const user = await registered(vault.port);
    await new client(vault.port).post('/api/auth/forgot-password', {email: user.email}, 200);
    await until('the vault says so', () => /out of reach.*certificate/i.test(vault.log));
    assert.equal(box.mails.length, 0);
    assert.ok(!vault.log.includes('a password'));
    // The operator names the authority; the mail is still there.
    await vault.stop();
    vault.extra.SMTP_CA_FILE = box.ca_file;
    await vault.start();
    const mail = await box.first(user.email);
    assert.deepEqual([mail.tls, mail.user], [true, 'vault']);
    await vault.stop();
});

test('a mail on its way does not hold up the end of the server', async () => {
    const box = await new_box();
    const vault = await vault_with(box.settings({SHUTDOWN_TIMEOUT: '4'}));
    const user = await registered(vault.port);
    await box.command('hold');
    await new client(vault.port).post('/api/auth/forgot-password', {email: user.email}, 200);
    await box.first(user.email);
    assert.deepEqual(await vault.stop(), {code: 0, signal: null});
    const {postgres} = await common();
    assert.equal(postgres.sql('SELECT count(*) FROM outbox WHERE message IS NOT NULL AND claim IS NULL', vault.database_name()), '1', 'it is to be tried again');
});

test('without a mail server nobody gets a link, and the answers are the same', async () => {
    const {vault, postgres} = await common();
    const user = await registered(vault.port);
    await new client(vault.port).post('/api/auth/forgot-password', {email: user.email}, 200);
    await user.post('/api/people', {first_name: 'A', last_name: 'B', email: new_email(), can_login: true});
    assert.equal(postgres.sql('SELECT count(*) FROM outbox', vault.database_name()), '0');
});

test('kinvault mail says whether the settings are right', async () => {
    const box = await new_box();
    const vault = new server((await common()).postgres.database(), box.settings());
    vault.port = await free_port();
    const good = vault.command('mail', 'ada@example.org');
    assert.deepEqual([good.status, good.out], [0, 'the mail server has taken the mail\n'], good.errors);
    assert.deepEqual((await box.first('ada@example.org')).defects, []);
    await box.command('fail RCPT 1 550 5.1.1 unknown');
    const refused = vault.command('mail', 'ada@example.org');
    assert.equal(refused.status, 1);
    assert.match(refused.errors, /^kinvault: the mail was not sent: .*550/);
    assert.equal(vault.command('mail', 'nobody').status, 2);
    vault.extra.SMTP_HOST = '';
    assert.match(vault.command('mail', 'ada@example.org').errors, /SMTP_HOST/);
});
