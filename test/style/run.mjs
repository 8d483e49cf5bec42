// Checks the sources against the rules of the house. `node test/style/run.mjs [--verbose] [TEXT]`
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';

import {describe, run, run_options, test} from '../support/suite.mjs';
import {rules} from './rules.mjs';
import {bad, good} from './samples.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

// What .gitignore names, and git's own.
const not_ours = new Set(['.git', 'build', 'var', 'node_modules']);

const files_below = (folder) =>
    readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return folder === root && not_ours.has(entry.name) ? [] : files_below(path);
        return entry.isFile() ? [path] : [];
    });

const sources = files_below(root)
    .map((path) => ({path: relative(root, path), text: readFileSync(path, 'utf8')}))
    .filter(({text}) => !text.includes('\0'))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

const report = (lines) => {
    if (lines.length === 0) return;
    const error = new Error('style');
    error.plain = lines.join('\n');
    throw error;
};

describe('the rules');
bad.forEach(([rule, path, text], i) =>
    test(`find bad sample ${i + 1} (${rule.name})`, () => {
        assert.notEqual(rule(path, text).length, 0, `${rule.name} lets this pass:\n${text}`);
    }));
good.forEach(([rule, path, text], i) =>
    test(`let good sample ${i + 1} pass (${rule.name})`, () => {
        assert.deepEqual(rule(path, text), [], `${rule.name} refuses this:\n${text}`);
    }));

describe('style');
for (const [name, rule] of Object.entries(rules)) {
    test(name, () =>
        report(sources.flatMap(({path, text}) =>
            rule(path, text).map(({line, message}) => `${path}:${line}: ${message}`))));
}

// Versions of clang-format differ in what they print; the sources are formatted by Debian 12's.
const version = /version (\d+)/.exec(spawnSync('clang-format', ['--version'], {encoding: 'utf8'}).stdout ?? '')?.[1];
test('sources are formatted', () => {
    const names = sources.map(({path}) => path).filter((path) => /\.(cpp|hpp)$/.test(path));
    if (names.length === 0) return;
    const done = spawnSync('clang-format', ['-n', '-Werror', ...names], {cwd: root, encoding: 'utf8', maxBuffer: 1 << 28});
    if (done.status === 0) return;
    const places = new Map();
    for (const [, path, line] of done.stderr.matchAll(/^(\S+?):(\d+):\d+: error/gm)) {
        places.set(path, [...(places.get(path) ?? []), line]);
    }
    report(places.size
        ? [...places].map(([path, lines]) => `${path}:${lines[0]}: not as clang-format has it (${lines.length} places)`)
        : [done.stderr]);
}, {skip: version === '14' ? '' : `clang-format 14 is not here (${version ?? 'none'})`});

await run(run_options());
