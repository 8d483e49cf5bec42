// Under a service manager and in a container: readiness and signs of life, sockets that were opened
// for the server, the sandbox, and the files to deploy with.
import {strict as assert} from 'node:assert';
import {spawnSync} from 'node:child_process';
import {readFileSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';

import {describe, test} from '../support/suite.mjs';
import {common_authority, host} from './lib/certificates.mjs';
import {client} from './lib/client.mjs';
import {can_connect, common, folder, free_port, helper, installed, program, root, server, until} from './lib/machine.mjs';
import {package_module} from './lib/packages.mjs';
import {head, raw} from './lib/raw.mjs';

describe('service');

const config = (name) => readFileSync(join(root, 'config', name), 'utf8');

/// What systemd would hear, a line each.
const notifications = async () => {
    const path = join(folder('notify'), 'socket');
    const listener = new helper('perl', ['-MIO::Socket::UNIX', '-MSocket', '-e',
        '$| = 1; my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die; print "listening\\n"; while (defined $s->recv(my $said, 4096)) { print "$said\\n" }', path]);
    await listener.start(() => listener.log.includes('listening'));
    return {path, listener, said: () => listener.log.trim().split('\n').slice(1)};
};

test('the service manager hears that the server is ready, lives, and stops', async () => {
    const {postgres} = await common();
    const {path, listener, said} = await notifications();
    const vault = await new server(postgres.database(), {NOTIFY_SOCKET: path, WATCHDOG_USEC: '300000'}).start();
    await until('it is ready', () => said().includes('READY=1'));
    await until('it lives', () => said().filter((line) => line === 'WATCHDOG=1').length >= 4);
    assert.equal(said().filter((line) => line === 'READY=1').length, 1);
    await vault.stop();
    await until('it has stopped', () => said().at(-1) === 'STOPPING=1');
    await listener.stop();
});

/// The server as systemd-socket-activate starts it: on the first connection, with these sockets.
const activated = async (addresses, names, env, body) => {
    const {postgres} = await common();
    const vault = new server(postgres.database(), {...env, LISTEN: undefined});
    vault.port = 0;
    assert.equal(vault.command('migrate').status, 0);
    const settings = {...vault.env(), LISTEN: '127.0.0.1:1', REDIRECT_LISTEN: undefined};
    const words = [...addresses.flatMap((address) => ['-l', address]), ...(names ? [`--fdname=${names}`] : []),
        ...Object.entries(settings).filter(([, value]) => value !== undefined).flatMap(([name, value]) => ['-E', `${name}=${value}`])];
    const activator = new helper('systemd-socket-activate', [...words, program, 'serve']);
    await activator.start(() => activator.log.includes('Listening on'));
    try {
        await body(activator);
    } finally {
        await activator.stop();
    }
};

const skip = installed('systemd-socket-activate') ? '' : 'systemd is not installed';

test('it serves on sockets that were opened for it, and not on LISTEN', async () => {
    const port = await free_port();
    const path = join(folder('socket'), 'kinvault.sock');
    await activated([`127.0.0.1:${port}`, path], '', {}, async (activator) => {
        const http = new client(port);
        assert.equal((await http.call('GET', '/api/health')).status, 200);
        const over = new client({socketPath: path});
        assert.equal((await over.call('GET', '/api/health')).status, 200);
        assert.match(activator.log, new RegExp(`listening on 127.0.0.1:${port}`));
        assert.equal(await can_connect(1), false);
        http.close();
        over.close();
    });
}, {skip});

test('a socket for HTTPS and one that redirects, with several processes', async () => {
    const [port, plain] = [await free_port(), await free_port()];
    await activated([`127.0.0.1:${port}`, `127.0.0.1:${plain}`], 'https:redirect', {...common_authority().files().env, PROCESSES: '2'}, async () => {
        for (let i = 0; i < 6; i += 1) {
            const http = new client({port, ca: common_authority().pem, servername: host});
            assert.equal((await http.call('GET', '/api/health')).status, 200);
            http.close();
        }
        const moved = new raw(plain);
        moved.send(head('GET /x HTTP/1.1', `Host: ${host}`));
        assert.equal((await moved.next()).headers.location, `https://${host}:${port}/x`);
        moved.close();
    });
}, {skip});

test('kinvault health says whether the server answers', async () => {
    const {postgres} = await common();
    const socket = join(folder('socket'), 'kinvault.sock');
    const port = await free_port();
    for (const [env, at] of [
        [{}, undefined],
        [{LISTEN: `0.0.0.0:${port}`}, port],
        [{LISTEN: `[::]:${port}`}, port],
        [{LISTEN: `unix:${socket}, 127.0.0.1:${port}`}, port],
        [common_authority().files().env, undefined],
    ]) {
        const vault = new server(postgres.database(), env);
        vault.port = at;
        await vault.start();
        const good = vault.command('health');
        assert.deepEqual([good.status, good.out, good.errors], [0, 'ok\n', ''], JSON.stringify(env));
        await vault.stop();
        const bad = vault.command('health');
        assert.equal(bad.status, 1);
        assert.match(bad.errors, /^kinvault: nobody answers on /);
    }
});

test('the sandbox is judged below 2.0', () => {
    const done = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', join(root, 'config/kinvault.service')], {encoding: 'utf8'});
    assert.equal(done.status, 0, done.stderr);
    const exposure = Number(/Overall exposure level for kinvault\.service: ([\d.]+)/.exec(done.stdout)[1]);
    assert.ok(exposure < 2, done.stdout);
}, {skip: installed('systemd-analyze') ? '' : 'systemd is not installed'});

test('the unit starts what there is, with settings there are', () => {
    const unit = config('kinvault.service');
    const known = spawnSync(program, ['--help'], {encoding: 'utf8'}).stdout;
    for (const [, name] of unit.matchAll(/^#?Environment=(\w+)=/gm)) assert.ok(known.includes(`--${name.toLowerCase().replaceAll('_', '-')}`), name);
    assert.match(unit, /^Type=notify$/m);
    assert.match(config('kinvault-redirect.socket'), /^FileDescriptorName=redirect$/m);
});

test('the files for containers are in order', async () => {
    const {default: dockerfile} = await package_module('dockerfile-utils');
    const text = config('Dockerfile');
    assert.deepEqual(dockerfile.validate(text), []);
    const [build, last] = text.split(/^FROM /m).slice(1);
    assert.match(build, /^debian:\d+-slim AS build/);
    for (const wanted of [/^USER 10001:10001$/m, /^HEALTHCHECK .*CMD \["kinvault", "health"\]$/m, /^VOLUME /m]) assert.match(last, wanted);
    assert.doesNotMatch(last, /g\+\+|cmake|-dev\b/, 'nothing of the build is in the image');
    const wanted = config('setup/packages').split('\n').map((line) => line.split(/\s+/))
        .filter(([release, purpose]) => purpose === 'build' && ['any', '13'].includes(release)).map(([, , name]) => name)
        .filter((name) => name !== 'ccache' && !name.startsWith('libboost-test'));
    for (const name of wanted) assert.ok(build.split(/\s+/).includes(name), `the image is built without ${name}`);
});

test('the image is built from what the container engine is given', () => {
    const context = folder('context');
    const given = [...config('Dockerfile.dockerignore').matchAll(/^!(.+)$/gm)].map(([, name]) => name);
    for (const name of given) symlinkSync(join(root, name), join(context, name));
    const [, words] = /cmake -S \. -B \/build (.*?) &&/s.exec(config('Dockerfile').replaceAll('\\\n', ' '));
    const done = spawnSync('cmake', ['-S', context, '-B', folder('build'), ...words.trim().split(/\s+/)], {encoding: 'utf8'});
    assert.equal(done.status, 0, done.stderr);
});

test('compose.yaml is in order', () => {
    const rules = '{extends: default, rules: {line-length: disable, document-start: disable}}';
    const done = spawnSync('yamllint', ['-s', '-d', rules, join(root, 'config/compose.yaml')], {encoding: 'utf8'});
    assert.equal(done.status, 0, done.stdout);
    for (const line of ['read_only: true', 'cap_drop: [ALL]', 'no-new-privileges:true', 'internal: true']) assert.ok(config('compose.yaml').includes(line), line);
}, {skip: installed('yamllint') ? '' : 'yamllint is not installed'});
