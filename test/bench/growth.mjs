// What costs should not grow with: items in the organisation, other organisations, idle connections;
// and what a server costs that does nothing.
import {connect} from 'node:net';

import {registered} from '../e2e/lib/client.mjs';
import {server, until} from '../e2e/lib/machine.mjs';
import {argument, resident} from './lib.mjs';
import {compare, line} from './goals.mjs';
import {fill} from './dataset.mjs';
import {settings} from './settings.mjs';
import {wrk} from './wrk.mjs';

const seconds = argument('--seconds', 5);
const rounds = argument('--rounds', 3);

const filled = async (postgres, size) => {
    const vault = await new server(postgres.database(), settings).start();
    const user = await registered(vault.port);
    await fill(postgres, vault, user, size);
    user.close();
    const page = async () => (await wrk(`http://127.0.0.1:${vault.port}/api/items?limit=50`, {seconds, connections: 1, headers: [`Authorization: Bearer ${user.token}`]})).p50;
    return {page, stop: () => vault.stop()};
};

const pages = async (postgres, name, large, small) => {
    const [much, little] = [await filled(postgres, large), await filled(postgres, small)];
    await compare(name, 'of few', 1.3, rounds, much.page, little.page, {below: true});
    await much.stop();
    await little.stop();
};

const answered = (port) =>
    new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => socket.write('GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n'));
        socket.once('data', () => resolve(socket));
        socket.once('error', reject);
    });

const connections = async (postgres) => {
    const vault = await new server(postgres.database(), {...settings, MAX_CONNECTIONS: '20000'}).start();
    await answered(vault.port);
    const before = resident(vault.process.pid);
    line('idle memory', before / 1024, 30, 'MiB', {below: true});
    const count = 10_000;
    const sockets = [];
    for (let i = 0; i < count; i += 100) sockets.push(...(await Promise.all(Array.from({length: 100}, () => answered(vault.port)))));
    line('memory of an idle connection of 10,000', (resident(vault.process.pid) - before) / count, 10, 'KiB', {below: true});
    for (const one of sockets) one.destroy();
    await vault.stop();
};

const cold_start = async (postgres) => {
    const url = postgres.database();
    const took = [];
    for (let i = 0; i < rounds + 1; i += 1) {
        const vault = new server(url, settings);
        await vault.start(); // migrates the first time
        await vault.stop();
        const begin = process.hrtime.bigint();
        const serving = vault.serve();
        await until('an answer', () => answered(vault.port).then((socket) => (socket.destroy(), true), () => false), 5, 2);
        took.push(Number(process.hrtime.bigint() - begin) / 1e9);
        await serving;
        await vault.stop();
    }
    line('cold start to first answer', took.slice(1), 0.2, 's', {below: true});
};

export const growth = async (postgres) => {
    await cold_start(postgres);
    await connections(postgres);
    await pages(postgres, 'a page, 100,000 items', {items: 100_000, organizations: 10}, {items: 100, organizations: 10});
    await pages(postgres, 'a page, 10,000 organizations', {items: 1000, organizations: 10_000}, {items: 1000, organizations: 10});
};
