// A request for every operation that succeeds for whoever may make it: the example of the OpenAPI
// document with ids of real objects, and for some operations with what only they need.
import {multipart, new_email} from './client.mjs';

const id = async (object) => (await object).id;

/// Which object an id in a body or query is of.
const by_name = {
    item_id: (o) => id(o.item()),
    parent_item_id: (o) => id(o.business()),
    person_id: (o) => id(o.person()),
    owner_id: (o) => id(o.person()),
    primary_driver_id: (o) => id(o.person()),
    vehicle_id: (o) => id(o.vehicle()),
    saved_contact_id: (o) => id(o.saved_contact()),
    org_id: async (o) => o.family.org_id,
    user_id: async (o) => (await o.relative()).user.id,
};

/// Which object `{id}` is of, by the first name of the path.
const by_module = {
    orgs: async (o) => o.family.org_id,
    items: (o) => id(o.item()),
    files: (o) => id(o.file()),
    contacts: (o) => id(o.contact()),
    reminders: (o) => id(o.reminder()),
    coverage: (o) => id(o.provider()),
    vehicles: (o) => id(o.vehicle()),
    people: (o) => id(o.person()),
    'saved-contacts': (o) => id(o.saved_contact()),
};

const login = (o) => ({email: o.family.member.email, password: o.family.member.password, master_password_hash: null});

/// What is special: {params, query, body} over what the document gives; a body of null is none.
export const special = {
    'POST /api/auth/register': () => ({body: {email: new_email('fresh')}}),
    'POST /api/auth/login': (o) => ({body: login(o)}),
    'POST /api/auth/accept-invite': async (o) => ({body: {token: await o.invitation()}}),
    'GET /api/auth/validate-invite': async (o) => ({query: {token: await o.invitation()}}),
    'POST /api/auth/reset-password': async (o) => ({body: {token: (await o.reset_link()).token}}),
    'GET /api/auth/validate-reset': async (o) => ({query: {token: (await o.reset_link()).token}}),
    'POST /api/auth/change-password': (o, who) => ({
        body: {current_password: who?.password ?? 'x', current_master_password_hash: null, new_password: 'correct horse battery', new_master_password_hash: null},
    }),
    'POST /api/orgs/{id}/invite': async (o) => ({body: {email: (await o.once('invited', () => o.family.newcomer('invited'))).email}}),
    'PUT /api/orgs/{id}/members/{user_id}': () => ({body: {role: 'viewer'}}),
    'GET /api/auth/org/{org_id}/my-key': (o, who) => ({params: {org_id: who?.user && !who.fields ? who.user.active_org_id : o.family.org_id}}),
    'DELETE /api/auth/sessions/{id}': async (o) => ({params: {id: await id(o.session())}}),
    'POST /api/items/{id}/restore': async (o) => ({params: {id: await id(o.archived())}}),
    'POST /api/items/{id}/renew': async (o) => ({params: {id: await id(o.policy())}}),
    'POST /api/reminders/generate-business-reminders/{item_id}': async (o) => ({params: {item_id: await id(o.business())}}),
    'PUT /api/contacts/reorder': async (o) => ({body: {contacts: [{id: await id(o.contact()), sort_order: 3}]}}),
    'DELETE /api/vehicles/item/{item_id}/{vehicle_id}': async (o) => ({params: {item_id: await id(o.policy()), vehicle_id: await id(o.linked_vehicle())}}),
    'GET /api/vehicles/item/{item_id}': async (o) => (await o.linked_vehicle(), {params: {item_id: await id(o.policy())}}),
    'POST /api/vehicles/item/{item_id}': async (o) => ({params: {item_id: await id(o.policy())}}),
    'DELETE /api/people/item/{item_id}/{link_id}': async (o) => ({params: {link_id: await id(o.linked_person())}}),
    'DELETE /api/saved-contacts/item/{item_id}/{link_id}': async (o) => ({params: {link_id: await id(o.linked_contact())}}),
    'POST /api/people/{id}/resend-invite': async (o) => ({params: {id: await id(o.guest())}}),
    'GET /api/people/{id}/invite-link': async (o) => ({params: {id: await id(o.guest())}}),
    'GET /api/item-links/children/{parent_id}': async (o) => (await o.linked_license(), {params: {parent_id: await id(o.business())}}),
    'GET /api/item-links/parent/{child_id}': async (o) => (await o.linked_license(), {params: {child_id: await id(o.license())}}),
    'POST /api/item-links/{child_id}': async (o) => ({params: {child_id: await id(o.license())}}),
    'DELETE /api/item-links/{child_id}': async (o) => (await o.linked_license(), {params: {child_id: await id(o.license())}}),
};

const with_ids = async (body, o) => {
    if (Array.isArray(body)) return Promise.all(body.map((one) => with_ids(one, o)));
    if (body === null || typeof body !== 'object') return body;
    const copy = {};
    for (const [name, value] of Object.entries(body)) copy[name] = by_name[name] ? await by_name[name](o) : await with_ids(value, o);
    return copy;
};

/// The id of an object of a module that has no way of its own here: made as its document says.
const id_of_module = async (contract, module, o) => {
    if (by_module[module]) return by_module[module](o);
    const content = contract.document.paths[`/api/${module}`].post.requestBody.content['application/json'];
    return id(o.once(module, async () => o.post(`/api/${module}`, await with_ids(content.example, o))));
};

const path_values = async (contract, path, parameters, given, o) => {
    const values = {};
    for (const {name, example} of parameters) {
        if (given[name] !== undefined) values[name] = given[name];
        else if (name === 'id') values[name] = await id_of_module(contract, path.split('/')[2], o);
        else values[name] = by_name[name] ? await by_name[name](o) : example;
    }
    return values;
};

export const path_with = (path, values) => path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));
export const query_with = (values) => (Object.keys(values).length > 0 ? `?${new URLSearchParams(values)}` : '');

/// {method, path (of the document), params, query, body (an object) or form (texts by name)} for an
/// operation; `who` is going to make the request.
export const request_for = async (contract, method, path, o, who) => {
    const operation = contract.document.paths[path][method.toLowerCase()];
    const own = (await special[`${method} ${path}`]?.(o, who)) ?? {};
    const parameters = (operation.parameters ?? []).map((one) => contract.resolve(one));
    const params = await path_values(contract, path, parameters.filter((one) => one.in === 'path'), own.params ?? {}, o);
    const query = {};
    for (const {name, required, example} of parameters.filter((one) => one.in === 'query')) {
        if (own.query?.[name] !== undefined) query[name] = own.query[name];
        else if (by_name[name]) query[name] = await by_name[name](o);
        else if (required || name === 'page' || name === 'limit') query[name] = String(example);
    }
    const made = {method, path, params, query};
    const content = operation.requestBody?.content;
    if (content?.['application/json']) {
        made.body = {...await with_ids(content['application/json'].example, o), ...own.body};
    } else if (content) {
        made.form = {item_id: await by_name.item_id(o), purpose: 'front_image', display_name: 'Front', encryption_version: '2'};
    }
    return made;
};

/// Path, fields and bytes of a request.
export const encode = ({path, params, query, body, form}) => {
    const target = path_with(path, params) + query_with(query);
    if (form) {
        const parts = multipart({name: 'file.bin', type: 'application/octet-stream'}, form);
        const bytes = Buffer.concat([parts.before, Buffer.from('ciphertext'), parts.after]);
        return {target, headers: {'content-type': parts.content_type, 'content-length': bytes.length}, body: bytes};
    }
    if (body === undefined) return {target, headers: {}};
    const bytes = Buffer.from(JSON.stringify(body));
    return {target, headers: {'content-type': 'application/json', 'content-length': bytes.length}, body: bytes};
};
