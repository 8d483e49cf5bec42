// A family for the generated tests: an organisation with somebody in each role, strangers, and the
// objects that requests are about, made through the interface when a request needs them.
import {client, new_email} from './client.mjs';

const password = 'correct horse battery';

/// Somebody with an account, signed in. `org`: who acts in an organisation they did not join first.
const newcomer = async (port, name) => {
    const one = new client(port);
    one.email = new_email(name);
    one.password = password;
    const answer = await one.post('/api/auth/register', {
        email: one.email, password, full_name: `${name} Lovelace`, public_key: `public key of ${name}`, encrypted_org_key: `key of ${name}`,
    });
    one.token = answer.token;
    one.user = answer.user;
    return one;
};

export class family {
    constructor(vault, postgres) {
        this.vault = vault;
        this.postgres = postgres;
        this.people = [];
    }

    sql(text) {
        return this.postgres.sql(text, this.vault.database_name());
    }

    async newcomer(name = 'newcomer') {
        const one = await newcomer(this.vault.port, name);
        this.people.push(one);
        return one;
    }

    /// A member of the family who acts in it.
    async joined(role) {
        const one = await this.newcomer(role);
        await this.owner.post(`/api/orgs/${this.org_id}/invite`, {email: one.email, role});
        one.fields = {'x-org-id': this.org_id};
        return one;
    }

    async found() {
        this.owner = await this.newcomer('owner');
        this.org_id = this.owner.user.active_org_id;
        this.admin = await this.joined('admin');
        this.member = await this.joined('member');
        this.viewer = await this.joined('viewer');
        this.removed = await this.joined('viewer');
        await this.owner.json('DELETE', `/api/orgs/${this.org_id}/members/${this.removed.user.id}`, undefined, 204);
        // Those who belong to nobody here; the intruder asks for the family's organisation.
        this.stranger = await this.newcomer('stranger');
        this.intruder = await this.newcomer('intruder');
        this.intruder.fields = {'x-org-id': this.org_id};
        this.homeless = await this.newcomer('homeless');
        this.evict();
        this.expired = await this.joined('member');
        this.sql(`UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = '${this.expired.user.id}'`);
        this.nobody = new client(this.vault.port);
        this.people.push(this.nobody);
        return this;
    }

    /// Takes the homeless from the organisations that they may have founded.
    evict() {
        this.sql(`DELETE FROM org_memberships WHERE user_id = '${this.homeless.user.id}'`);
    }

    close() {
        for (const one of this.people) one.close();
    }
}

/// The objects of one request, each made by the owner when it is first asked for.
export class objects {
    constructor(of) {
        this.family = of;
        this.made = new Map();
    }

    once(name, make) {
        if (!this.made.has(name)) this.made.set(name, make());
        return this.made.get(name);
    }

    post(path, body) {
        return this.family.owner.post(path, body);
    }

    item_of(category, subcategory, fields = {}) {
        const values = Object.entries(fields).map(([field_key, field_value]) => ({field_key, field_value}));
        return this.post('/api/items', {category, subcategory, name: `A ${subcategory}`, fields: values});
    }

    item() {
        return this.once('item', () => this.item_of('ids', 'passport', {passport_number: 'X1234567', expiration_date: '2031-12-10'}));
    }

    archived() {
        return this.once('archived', async () => {
            const item = await this.item_of('ids', 'passport');
            await this.family.owner.json('DELETE', `/api/items/${item.id}`, undefined, 204);
            return item;
        });
    }

    /// Where the owner is signed in too.
    session() {
        return this.once('session', async () => ({
            id: this.family.sql(`INSERT INTO sessions (id, user_id, token, expires_at) VALUES
                (gen_random_uuid(), '${this.family.owner.user.id}', 'another ' || gen_random_uuid(), now() + interval '1 hour') RETURNING id`),
        }));
    }

    policy() {
        return this.once('policy', () => this.item_of('insurance', 'auto_insurance', {premium: '600', start_date: '2025-01-01', end_date: '2026-01-01'}));
    }

    business() {
        return this.once('business', () => this.item_of('business', 'llc', {formation_date: '2020-02-29', state_of_formation: 'California'}));
    }

    license() {
        return this.once('license', () => this.item_of('business', 'business_license'));
    }

    contact() {
        return this.once('contact', async () => this.post('/api/contacts', {item_id: (await this.item()).id, label: 'Office', value: '555'}));
    }

    reminder() {
        return this.once('reminder', async () => this.post('/api/reminders/custom', {item_id: (await this.item()).id, title: 'Renew', remind_date: '2031-01-02'}));
    }

    provider() {
        return this.once('provider', async () => this.post('/api/coverage/providers', {item_id: (await this.policy()).id, provider_name: 'Dr. No'}));
    }

    person() {
        return this.once('person', () => this.post('/api/people', {first_name: 'Byron', last_name: 'King'}));
    }

    /// Somebody with an open invitation.
    guest() {
        return this.once('guest', () => this.post('/api/people', {first_name: 'Ralph', last_name: 'King', email: new_email('guest'), can_login: true}));
    }

    async invitation() {
        const {invite_url} = await this.family.owner.get(`/api/people/${(await this.guest()).id}/invite-link`);
        return new URL(invite_url).searchParams.get('token');
    }

    vehicle() {
        return this.once('vehicle', () => this.post('/api/vehicles', {name: 'Car'}));
    }

    saved_contact() {
        return this.once('saved contact', () => this.post('/api/saved-contacts', {name: 'Lawyer'}));
    }

    linked_vehicle() {
        return this.once('linked vehicle', async () =>
            this.post(`/api/vehicles/item/${(await this.policy()).id}`, {vehicle_id: (await this.vehicle()).id}));
    }

    linked_person() {
        return this.once('linked person', async () =>
            this.post(`/api/people/item/${(await this.item()).id}`, {person_id: (await this.person()).id}));
    }

    linked_contact() {
        return this.once('linked contact', async () =>
            this.post(`/api/saved-contacts/item/${(await this.item()).id}`, {saved_contact_id: (await this.saved_contact()).id}));
    }

    linked_license() {
        return this.once('linked license', async () =>
            this.post(`/api/item-links/${(await this.license()).id}`, {parent_item_id: (await this.business()).id}));
    }

    file() {
        return this.once('file', async () => (await this.family.owner.upload((await this.item()).id, Buffer.from('ciphertext'))).json);
    }

    /// A member of the family whom no other request is about.
    relative() {
        return this.once('relative', () => this.family.joined('member'));
    }

    /// A user with an account and a link to reset their password.
    reset_link() {
        return this.once('reset link', async () => {
            const user = await this.family.newcomer('forgetful');
            const done = this.family.vault.command('user', 'reset-link', user.email);
            const token = /token=([\w-]+)/.exec(done.out)?.[1];
            if (!token) throw new Error(`no reset link: ${done.out}${done.errors}`);
            return {user, token};
        });
    }
}
