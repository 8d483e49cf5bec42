// The rules of the house, as functions (path, text) -> [{line, message}]. run.mjs applies them to
// the tree, samples.mjs shows that each finds what it is for.
import {line_at, scan} from './cpp.mjs';

export const rooms = ['config', 'crypto', 'storage', 'domain', 'server'];

const is_cpp = (path) => /\.(cpp|hpp)$/.test(path);
const room_of = (path) => {
    const first = path.split('/')[0];
    return rooms.includes(first) ? first : '';
};

// --- co_await ---
// g++ 12 miscompiles coroutines around temporaries, lambdas and conditions in an await expression,
// so an await is a statement of its own: `auto x = co_await f(named, std::move(other));`.

const path_form = String.raw`[&*]?(?:this->)?(?:::)?[A-Za-z_]\w*(?:(?:::|\.|->)[A-Za-z_]\w*)*(?:\[\w+\])?`;
const argument_forms = [
    new RegExp(`^${path_form}$`),
    new RegExp(String.raw`^std::(?:move|ref|cref|as_const)\(${path_form}\)$`),
    new RegExp(String.raw`^std::forward<[\w:.&]+>\(${path_form}\)$`),
    /^-?[0-9][\w.']*$/,
    /^"\s*"$/,
];
const declaration = /^(?:(?:const\s+)?(?:auto|[A-Za-z_][\w:<>, *]*)(?:\s+const)?\s*[&*]{0,2}\s*(?:\[[\w\s,]+\]|\b[A-Za-z_]\w*)|[A-Za-z_]\w*(?:(?:\.|->)\w+)*)\s*=\s*$/;

const closing = {'(': ')', '<': '>', '[': ']'};

/// Splits "a, b(c, d)" at the commas of its own level.
const split_arguments = (text) => {
    const parts = [''];
    let depth = 0;
    for (const c of text) {
        if (c in closing) depth += 1;
        if (Object.values(closing).includes(c)) depth -= 1;
        if (c === ',' && depth === 0) parts.push('');
        else parts[parts.length - 1] += c;
    }
    return parts.map((part) => part.trim()).filter((part, i) => part !== '' || i > 0);
};

/// What is wrong with an await's operand (the text after co_await, up to the semicolon), or ''.
const operand_fault = (operand) => {
    if (/[{}]/.test(operand)) return 'a brace in an await expression';
    if (new RegExp(`^${path_form}$`).test(operand)) return '';
    const name = new RegExp(`^${path_form}`).exec(operand)?.[0];
    if (!name) return 'an await of something that is not a call by name';
    let rest = operand.slice(name.length).replace(/->/g, '  ');
    if (rest.startsWith('<')) {
        let depth = 0;
        let end = 0;
        do {
            if (rest[end] === '<') depth += 1;
            if (rest[end] === '>') depth -= 1;
            end += 1;
        } while (depth > 0 && end < rest.length);
        rest = rest.slice(end);
    }
    rest = operand.slice(operand.length - rest.length);
    if (!rest.startsWith('(') || !rest.endsWith(')')) return 'more than one call in an await expression';
    for (const argument of split_arguments(rest.slice(1, -1))) {
        if (/^\[/.test(argument)) return 'a lambda in an await expression';
        if (!argument_forms.some((form) => form.test(argument))) {
            return `the argument '${argument}' of an await is neither a name nor a moved name`;
        }
    }
    return '';
};

export const await_form = (path, text) => {
    if (!is_cpp(path)) return [];
    const code = scan(text).code.replace(/^[ \t]*#.*$/gm, (line) => ' '.repeat(line.length));
    const found = [];
    for (const match of code.matchAll(/\bco_await\b/g)) {
        const report = (message) => found.push({line: line_at(text, match.index), message});
        let begin = match.index;
        while (begin > 0 && !';{}'.includes(code[begin - 1])) begin -= 1;
        let before = code.slice(begin, match.index).trim();
        before = before.replace(/^(?:(?:case\s+[\w:]+|default)\s*:(?!:)\s*)+/, '');
        let end = match.index;
        let depth = 0;
        while (end < code.length && !(code[end] === ';' && depth <= 0)) {
            if ('({['.includes(code[end])) depth += 1;
            if (')}]'.includes(code[end])) depth -= 1;
            end += 1;
        }
        const operand = code.slice(match.index + 'co_await'.length, end).trim().replace(/\s+/g, ' ');
        if (/\bco_return$/.test(before)) {
            report('co_return of an await: give it a name first');
        } else if (/\b(?:if|while|switch|for)\b/.test(before)) {
            report('an await in or right behind a condition: a statement of its own, in braces');
        } else if (before !== '' && !declaration.test(before)) {
            report(`an await that is no statement of its own: '${before} co_await'`);
        } else {
            const fault = operand_fault(operand);
            if (fault) report(fault);
        }
    }
    return found;
};

// --- rooms ---
// server -> domain -> storage -> crypto, config, and no HTTP or libpq in the domain.

const may_include = {
    config: ['config'],
    crypto: ['crypto'],
    storage: ['storage', 'config', 'crypto', 'sql'],
    domain: ['domain', 'storage', 'config', 'crypto', 'sql'],
    server: ['server', 'domain', 'storage', 'config', 'crypto', 'sql'],
};
const all_rooms = [...rooms, 'sql', 'test'];

export const one_way_includes = (path, text) => {
    const room = room_of(path);
    if (!is_cpp(path)) return [];
    const found = [];
    text.split('\n').forEach((line, i) => {
        const target = /^\s*#\s*include\s*["<]([^">]+)[">]/.exec(line)?.[1];
        if (!target) return;
        const report = (message) => found.push({line: i + 1, message});
        if (target.split('/').includes('..')) report(`include from the root, not '${target}'`);
        if (!room) return;
        const first = target.split('/')[0];
        if (all_rooms.includes(first) && !may_include[room].includes(first)) {
            report(`${room} may not use ${first} (${target})`);
        }
        if (room === 'domain' && /^(boost\/beast|libpq)/.test(target)) {
            report(`no HTTP and no libpq in the domain (${target})`);
        }
    });
    return found;
};

// --- SQL ---

const statement =
    /\b(?:SELECT\b[^]*\bFROM\b|SELECT\s+\w+\(|INSERT\s+INTO\b|UPDATE\b[^]*\bSET\b|DELETE\s+FROM\b|(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|SCHEMA|EXTENSION)\b|LOCK\s+TABLE\b)/;
const lower_statement =
    /\b(?:select\b[^]*\bfrom\b|insert\s+into\b|update\b[^]*\bset\b[^]*=|delete\s+from\b|(?:create|alter|drop)\s+table\b)/;

export const sql_in_files = (path, text) => {
    if (!is_cpp(path) || !room_of(path)) return [];
    return scan(text)
        .strings.filter((s) => statement.test(s.text) || lower_statement.test(s.text))
        .map(({line}) => ({line, message: 'SQL belongs into sql/, not into C++'}));
};

// --- files ---

const longest = 700;

export const file_length = (path, text) => {
    if (!is_cpp(path) || !room_of(path)) return [];
    const lines = text.split('\n').length - 1;
    return lines > longest ? [{line: lines, message: `${lines} lines; ${longest} are the limit`}] : [];
};

export const header_opening = (path, text) => {
    if (!path.endsWith('.hpp')) return [];
    const found = [];
    if (!/^\/\/ \S/.test(text)) {
        found.push({line: 1, message: 'a header begins with a comment: what it is for and who uses it'});
    }
    if (!/^#pragma once$/m.test(text)) found.push({line: 1, message: 'a header has #pragma once'});
    return found;
};

const in_lines = (text, pattern, message) =>
    text.split('\n').flatMap((line, i) => (pattern.test(line) ? [{line: i + 1, message}] : []));

// Put together, so that this file does not hold what it looks for.
const outside = new RegExp(String.raw`\b` + 'shared' + '/');
const left_open = new RegExp(String.raw`\b(?:` + ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|') + String.raw`)\b`);

export const stands_alone = (path, text) =>
    in_lines(text, outside, 'refers to a folder outside the project');

export const nothing_left_open = (path, text) =>
    /\.(cpp|hpp|mjs|sh|sql|cmake)$/.test(path) || !/\.\w+$/.test(path)
        ? in_lines(text, left_open, 'left open')
        : [];

export const rules = {
    'awaits have the form g++ 12 compiles right': await_form,
    'rooms include one way': one_way_includes,
    'SQL is in sql/': sql_in_files,
    'no file is too long': file_length,
    'headers say what they are for': header_opening,
    'the project stands alone': stands_alone,
    'nothing is left open': nothing_left_open,
};
