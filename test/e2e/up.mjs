// ./up as a newcomer uses it: it starts, the README's tour works as printed, a second start finds
// everything again, and nothing is left running.
import {strict as assert} from 'node:assert';
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';

import {describe, test} from '../support/suite.mjs';
import {can_connect, folder, free_port, root} from './lib/machine.mjs';

describe('up');

/// The commands of README.md's tour, one script.
const tour = () => {
    const section = readFileSync(join(root, 'README.md'), 'utf8').split(/^## /m).find((part) => part.startsWith('A tour'));
    return [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block).join('\n');
};

/// Starts ./up and returns when it is ready: {process, out, ended}.
const up = async (data, port, env = {}) => {
    const child = spawn(join(root, 'up'), ['--data', data, '--port', String(port)], {
        env: {PATH: process.env.PATH, HOME: process.env.HOME, ...env},
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    const state = {process: child, out: '', ended: once(child, 'close')};
    const ready = new Promise((resolve) => {
        for (const stream of [child.stdout, child.stderr]) {
            stream.on('data', (data) => {
                state.out += data;
                if (/ is ready on http/.test(state.out)) resolve();
            });
        }
    });
    await Promise.race([ready, state.ended.then(() => Promise.reject(new Error(`./up ended:\n${state.out}`)))]);
    return state;
};

/// Neither the server nor a process of the cluster is there any more.
const all_ended = async (data, port) => {
    assert.equal(await can_connect(port), false, 'the server still runs');
    const left = spawnSync('pgrep', ['-fa', join(data, 'postgres')], {encoding: 'utf8'}).stdout;
    assert.equal(left, '', 'PostgreSQL still runs');
};

test('the tour works as printed, and again after a restart', async () => {
    const data = join(folder(), 'data');
    const port = await free_port();
    const first = await up(data, port, {LOGIN_RATE_LIMIT_PER_MINUTE: '0'});
    assert.equal(statSync(join(data, 'secret_key')).mode & 0o777, 0o600);
    const key = readFileSync(join(data, 'secret_key'), 'utf8');
    assert.match(key, /^[0-9a-f]{64}$/);

    const script = tour().replaceAll('127.0.0.1:8000', `127.0.0.1:${port}`);
    const work = folder();
    const walked = spawnSync('bash', ['-eu', '-o', 'pipefail', '-c', script], {cwd: work, encoding: 'utf8', timeout: 60_000});
    assert.equal(walked.status, 0, `${walked.stdout}\n${walked.stderr}`);
    assert.match(walked.stdout, /"status":"ok"/);

    const refused = spawnSync(join(root, 'up'), ['--data', data, '--port', String(port)], {encoding: 'utf8', timeout: 60_000});
    assert.equal(refused.status, 1, 'a second ./up on the same data is refused');
    assert.match(refused.stderr, /another/);

    first.process.kill('SIGTERM');
    assert.deepEqual((await first.ended)[0], 143);
    await all_ended(data, port);

    // The account of the tour is still there; nothing is built, no key or cluster made.
    const second = await up(data, port);
    assert.doesNotMatch(second.out, /Installing|Building|Configuring|Making/);
    assert.equal(readFileSync(join(data, 'secret_key'), 'utf8'), key);
    const login = script.split('\n\n').find((part) => part.includes('/api/auth/login'));
    const again = spawnSync('bash', ['-eu', '-o', 'pipefail', '-c', login], {cwd: work, encoding: 'utf8'});
    assert.equal(again.status, 0, `${again.stdout}\n${again.stderr}`);
    second.process.kill('SIGINT');
    assert.deepEqual((await second.ended)[0], 130);
    await all_ended(data, port);
}, {seconds: 300});

test('a start after SIGKILL of everything finds its data', async () => {
    const data = join(folder(), 'data');
    const port = await free_port();
    const first = await up(data, port);
    const postmaster = Number(readFileSync(join(data, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
    first.process.kill('SIGKILL');
    process.kill(postmaster, 'SIGKILL');
    await first.ended;
    assert.ok(existsSync(join(data, 'postgres/data/postmaster.pid')), 'the stale file is there');
    const second = await up(data, port);
    second.process.kill('SIGTERM');
    await second.ended;
    await all_ended(data, port);
}, {seconds: 180});

test('when the server ends by itself ./up ends too and says so', async () => {
    const data = join(folder(), 'data');
    const port = await free_port();
    const running = await up(data, port);
    const server = spawnSync('pgrep', ['-P', String(running.process.pid), '-x', 'kinvault'], {encoding: 'utf8'}).stdout.trim();
    process.kill(Number(server), 'SIGKILL');
    assert.deepEqual((await running.ended)[0], 1);
    assert.match(running.out, /the server ended by itself/);
    await all_ended(data, port);
}, {seconds: 180});

test('bad arguments are refused', () => {
    for (const words of [['--port', 'x'], ['--port', '0'], ['--port'], ['--data'], ['--what']]) {
        const done = spawnSync(join(root, 'up'), words, {encoding: 'utf8'});
        assert.equal(done.status, 1, words.join(' '));
        assert.match(done.stderr, new RegExp(words[0]));
    }
});
