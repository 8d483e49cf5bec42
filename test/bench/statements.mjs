// The statements of the server run by pgbench: what PostgreSQL gives without the vault in front.
import {createHash, randomBytes} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {folder, root} from '../e2e/lib/machine.mjs';
import {timed} from './lib.mjs';

/// The text of a statement as the build made it, `module.name`.
const statement = (name) => {
    const made = readFileSync(join(root, 'build/release/generated/sql/statements.cpp'), 'utf8');
    const begin = made.indexOf(`"${name}",\n`);
    if (begin < 0) throw new Error(`no statement ${name}`);
    const rest = made.slice(begin + name.length + 4);
    const literals = rest.slice(0, /,\n {4}\d+(, true)?};/.exec(rest).index);
    return [...literals.matchAll(/^\s*("(?:[^"\\]|\\.)*")$/gm)].map(([, text]) => JSON.parse(text)).join('');
};

/// SQL in the place of a parameter.
export const sql = (text) => ({sql: text});

/// A pgbench script of statements: [[name, parameter, …], …]. A parameter is a text, null or sql().
/// Texts are parameters for PostgreSQL too, so that it plans as it does for the server.
export const script = (statements, before = '', after = '') => {
    const path = join(folder('pgbench'), 'script.sql');
    const variables = {none: 'none'};
    const parameter = (value) => {
        if (value === null) return "nullif(:none, 'none')";
        if (value === '') return "''"; // pgbench knows no empty variables
        if (value.sql) return value.sql;
        const name = `p${Object.keys(variables).length}`;
        variables[name] = value;
        return `:${name}`;
    };
    const lines = statements.map(([name, ...values]) => {
        const written = values.map(parameter);
        // pgbench would take `[:alnum:]` for a variable; the texts asked for here are ASCII.
        const text = statement(name).replaceAll('[:alnum:]', '0-9a-z').replace(/\s+/g, ' ');
        return `${text.replace(/\$(\d+)/g, (_, number) => written[number - 1])};\n`;
    });
    writeFileSync(path, before + lines.join('') + after);
    return {path, variables};
};

/// A list of texts as an array parameter; none of them needs quotes.
export const text_array = (texts) => `{${texts.join(',')}}`;
export const token_hash = (token) => createHash('sha256').update(token).digest('hex');
export const random_text = (bytes) => randomBytes(bytes).toString('base64');

/// Transactions a second.
export const pgbench = async (url, {path, variables}, {clients, seconds}) => {
    const defines = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
    const {out} = await timed(['pgbench', '-n', '-M', 'prepared', '-c', String(clients), '-j', '1', '-T', String(seconds), ...defines, '-f', path, url]);
    return Number(/tps = ([\d.]+)/.exec(out)[1]);
};
