// The npm packages of the tests: what test/package-lock.json names, installed once into build/npm.
import {spawnSync} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

import {root} from './machine.mjs';

const folder = join(root, 'build/npm');
const lock = join(root, 'test/package-lock.json');
const stamp = join(folder, 'installed');

const install = () => {
    const wanted = readFileSync(lock, 'utf8');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
    mkdirSync(folder, {recursive: true});
    copyFileSync(join(root, 'test/package.json'), join(folder, 'package.json'));
    copyFileSync(lock, join(folder, 'package-lock.json'));
    const done = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {cwd: folder, encoding: 'utf8', timeout: 300_000});
    if (done.status !== 0) throw new Error(`npm ci: ${done.error ?? ''}${done.stdout}${done.stderr}`);
    writeFileSync(stamp, wanted);
};

/// A module of one of the packages, by the name an import would have.
export const package_module = async (name) => {
    install();
    const loaded = await import(pathToFileURL(createRequire(join(folder, 'package.json')).resolve(name)));
    return loaded;
};
