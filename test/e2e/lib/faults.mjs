// What can be wrong with a request, generated from the OpenAPI document: for each member of a body,
// each parameter and each part of a path the values that must be refused.

/// JSON texts of every type, and the types each of them is good for.
const samples = [
    ['12', ['integer', 'number']],
    ['1.5', ['number']],
    ['true', ['boolean']],
    ['"no such thing"', ['string']],
    ['{}', ['object']],
    ['[]', ['array']],
];

const beyond = ['9223372036854775808', '-9223372036854775809', '99999999999999999999999', '1e30', '-1e30', '1.0000001', '"1.5"', '"12a"', '""', '"NaN"', '" "'];
const not_json = ['NaN', 'Infinity', '-Infinity', '1e999', '-1e999', "'text'", 'undefined', '01', '+1', '.5', '0x10', '"\\ud800"', '"a\\udfffb"', '"\\udc00\\ud800"', '"\\u12"', '"\\x41"', '"\n"', '"a\tb"', ''];
const no_dates = ['', '2026-02-30', '2025-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '0000-01-01', '10000-01-01', '01/02/2026', '2026-02-10T00:00:00Z', '20260210', '+2026-02-1', '２０２６-02-10'];

const text = (value) => JSON.stringify(value);

const types_of = (schema) => [schema.type ?? []].flat();

/// The JSON texts that are wrong for a value of this schema; `json` tells those that make the whole
/// document malformed.
function* wrong_values(schema) {
    const types = types_of(schema);
    for (const [sample, good] of samples) {
        if (!good.some((type) => types.includes(type))) yield [sample];
    }
    if (!types.includes('null')) yield ['null'];
    for (const raw of not_json) yield [raw, 'json'];
    for (const depth of [33, 5000]) yield ['['.repeat(depth) + ']'.repeat(depth), 'json'];
    yield [`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, 'json'];
    if (types.includes('string')) yield* wrong_texts(schema);
    if (types.includes('integer')) {
        for (const raw of beyond) yield [raw];
        if (schema.minimum !== undefined) yield [String(schema.minimum - 1)];
        if (schema.maximum !== undefined) yield [String(schema.maximum + 1)];
    }
    if (types.includes('boolean')) for (const raw of ['2', '-1', '0.5', '"maybe"', '""']) yield [raw];
}

function* wrong_texts(schema) {
    yield [text('a\0b')];
    yield [text('\0')];
    if (schema.enum) yield* ['', 'no such thing', schema.enum[0].toUpperCase(), `${schema.enum[0]} `].map((value) => [text(value)]);
    if (schema.format === 'date') yield* no_dates.map((value) => [text(value)]);
    if (schema.maxLength !== undefined) {
        for (const letter of ['x', 'é', '👪']) yield [text(letter.repeat(schema.maxLength + 1))];
        yield [text('x'.repeat(300_000))];
    }
    if (schema.minLength > 0) yield [text('x'.repeat(schema.minLength - 1))];
}

/// The JSON texts at the edge of what a value may be: the server must take them or say why not.
const edges = (schema) => {
    const types = types_of(schema);
    const found = [];
    if (types.includes('integer')) found.push(schema.minimum, schema.maximum);
    if (schema.format === 'date') found.push('0001-01-01', '9999-12-31', '2028-02-29');
    if (types.includes('string') && !schema.enum && !schema.format) {
        const most = schema.maxLength ?? 200_000;
        found.push('x'.repeat(most), '👪'.repeat(Math.min(most, 50_000)), ' '.repeat(Math.min(most, 10)), '\u0001\u{10ffff}'.slice(0, most));
    }
    return found.filter((value) => value !== undefined).map(text);
};

const bare = (contract, schema) => {
    const resolved = contract.resolve(schema);
    if (!resolved.anyOf) return resolved;
    const one = contract.resolve(resolved.anyOf[0]);
    return {...one, type: [one.type, 'null']};
};

/// Every member of a body: {place, schema, required}, with objects and lists gone into.
function* members_of(contract, schema, place = []) {
    const one = bare(contract, schema);
    if (one.properties) {
        for (const [name, member] of Object.entries(one.properties)) {
            yield {place: [...place, name], schema: bare(contract, member), required: (one.required ?? []).includes(name)};
            yield* members_of(contract, member, [...place, name]);
        }
    } else if (one.items) {
        yield {place: [...place, 0], schema: bare(contract, one.items), required: false};
        yield* members_of(contract, one.items, [...place, 0]);
    }
}

const replaced = (body, place, change) => {
    const copy = structuredClone(body);
    const holder = place.slice(0, -1).reduce((at, name) => at[name], copy);
    change(holder, place.at(-1));
    return copy;
};

/// The body with raw JSON text in one place.
const with_raw = (body, place, raw) => {
    const mark = '@@here@@';
    return text(replaced(body, place, (holder, name) => (holder[name] = mark))).replace(`"${mark}"`, () => raw);
};

/// The body with one member twice.
const doubled = (body, place) => {
    const mark = '@@here@@';
    const name = place.at(-1);
    const marked = replaced(body, place, (holder) => {
        holder[mark] = holder[name];
    });
    return text(marked).replace(`"${mark}"`, text(name));
};

/// Every bad body: {what, bytes, place} where a report must name `place`; 'json' for what is no
/// JSON at all.
export function* bad_bodies(contract, schema, body) {
    const whole = text(body);
    for (const raw of ['', 'null']) yield {what: `body ${raw || 'missing'}`, bytes: raw, place: ['body']};
    for (const raw of ['1', '"text"', 'true', '[]']) yield {what: `body ${raw}`, bytes: raw, place: ['body']};
    for (const raw of [whole.slice(0, -1), `${whole}x`, `${whole}${whole}`, '{', '{"a"}', '{,}', `[${whole}`, '\0', `/**/${whole}`]) {
        yield {what: `malformed ${raw.slice(0, 20)}`, bytes: raw, place: 'json'};
    }
    yield {what: 'invalid UTF-8', bytes: Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xc0, 0xaf]), Buffer.from('"}')]), place: 'json'};
    yield {what: 'UTF-8 of a surrogate', bytes: Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]), place: 'json'};
    yield {what: 'no JSON by its type', bytes: whole, place: ['body'], type: 'text/plain'};
    for (const {place, schema: of, required} of members_of(contract, schema)) {
        const at = ['body', ...place];
        const name = place.join('.');
        for (const [raw, malformed] of wrong_values(of)) {
            // An element that is not there makes the list empty.
            if (raw === '' && typeof place.at(-1) === 'number') continue;
            yield {what: `${name} = ${raw.slice(0, 40)}`, bytes: with_raw(body, place, raw), place: malformed ?? at};
        }
        if (typeof place.at(-1) !== 'number') yield {what: `${name} twice`, bytes: doubled(body, place), place: 'json'};
        if (required) yield {what: `${name} missing`, bytes: text(replaced(body, place, (holder, last) => delete holder[last])), place: at};
    }
}

/// Bodies with a value at its edge.
export function* edge_bodies(contract, schema, body) {
    for (const {place, schema: of} of members_of(contract, schema)) {
        for (const raw of edges(of)) yield {what: `${place.join('.')} = ${raw.slice(0, 40)}…`, bytes: with_raw(body, place, raw)};
    }
}

/// Bodies with ids that are none, and of nothing.
export function* bodies_with_other_ids(contract, schema, body) {
    for (const {place, schema: of} of members_of(contract, schema)) {
        if (of.format !== 'uuid') continue;
        for (const id of other_ids) yield {what: `${place.join('.')} = ${id.slice(0, 40)}`, bytes: with_raw(body, place, text(id))};
    }
}

const other_ids = [
    '', 'x', "' OR 1=1 --", '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-4fff-bfff-ffffffffffff',
    '{3f0c7a52-9d1e-4b5c-8a76-2e4d91c0b8f3}', '3f0c7a529d1e4b5c8a762e4d91c0b8f3', 'null', '-1', 'é'.repeat(36), 'x'.repeat(3000),
];

const query_faults = (schema) => {
    const types = types_of(schema);
    const found = ['a\0b'];
    if (types.includes('integer')) {
        found.push('', 'x', '1.5', 'NaN', 'Infinity', '1e30', '99999999999999999999', '-99999999999999999999', 'true', '1;2');
        if (schema.minimum !== undefined) found.push(String(schema.minimum - 1));
        if (schema.maximum !== undefined) found.push(String(schema.maximum + 1));
    }
    if (types.includes('boolean')) found.push('', 'maybe', '2', '-1');
    if (schema.maxLength !== undefined) found.push('x'.repeat(schema.maxLength + 1), 'é'.repeat(schema.maxLength + 1));
    if (schema.minLength > 0) found.push('');
    return found;
};

/// Every bad query: {what, query, place}. A parameter of undefined is left out.
export function* bad_queries(parameters, query) {
    for (const {name, required, schema} of parameters) {
        const place = ['query', name];
        for (const value of query_faults(schema)) yield {what: `${name} = ${value.slice(0, 40)}`, query: {...query, [name]: value}, place};
        const {[name]: _, ...others} = query;
        if (required) yield {what: `${name} missing`, query: others, place};
    }
}

/// Queries that may be good or bad, but never a 500.
export function* odd_queries(parameters, query) {
    const odd = ['%', '%zz', '%ff%fe', '%ed%a0%80', '', "'", '\\', '%25', '_', 'x'.repeat(5000)];
    for (const {name, schema} of parameters) {
        const others = new URLSearchParams(query);
        others.delete(name);
        const numbers = [schema.minimum, schema.maximum].filter((value) => value !== undefined).map(String);
        for (const value of [...odd, ...numbers]) yield {what: `${name} = ${value.slice(0, 40)}`, query: `?${others}&${name}=${encodeURI(value).replaceAll('%25', '%')}`};
    }
}

/// Paths in which one parameter is what no object has, as they are sent.
export function* bad_paths(path, params) {
    const encoded = ['%00', 'a%00b', '%ff', '%ed%a0%80', '%', '%2', '%zz', '..%2f..', '%2e%2e', '%c0%af', '%0d%0aX:y'];
    for (const name of Object.keys(params)) {
        const is_id = name.endsWith('id');
        const upper = String(params[name]).toUpperCase();
        const values = [...encoded, ...other_ids.filter(Boolean).map(encodeURIComponent), ...(is_id ? [upper, `${params[name]}0`, `${params[name]}%20`] : [])];
        for (const value of values) {
            const target = path.replace(/\{(\w+)\}/g, (_, each) => (each === name ? value : encodeURIComponent(params[each])));
            yield {what: `{${name}} = ${value.slice(0, 40)}`, target, is_id};
        }
    }
}

/// Bad values of a form's fields, and forms that are none.
export function* bad_forms(form) {
    const fields = (changes) => Object.fromEntries(Object.entries({...form, ...changes}).filter(([, value]) => value !== undefined));
    for (const value of ['', '0', '3', '-1', '1.5', 'NaN', 'x', '99999999999999999999', '2\0']) {
        yield {what: `encryption_version = ${value}`, form: fields({encryption_version: value})};
    }
    yield {what: 'purpose is too long', form: fields({purpose: 'x'.repeat(51)})};
    yield {what: 'display_name is too long', form: fields({display_name: 'é'.repeat(256)})};
    for (const name of ['purpose', 'display_name', 'item_id']) yield {what: `NUL in ${name}`, form: fields({[name]: 'a\0b'})};
    yield {what: 'no item_id', form: fields({item_id: undefined})};
    for (const id of other_ids) yield {what: `item_id = ${id.slice(0, 40)}`, form: fields({item_id: id})};
}
