// Who may do what, written down from the contract and not from the server: the other side of the
// authorisation matrix. A route that is not here fails the test.

const item = [404, 'Item not found'];
const no_member = [403, 'Not a member of this organization'];
const no_member_of_org = [403, 'Not a member of this org'];
const too_little = [403, 'Insufficient permissions'];
const none_of_us = (refusal) => ({stranger: refusal, intruder: refusal, removed: refusal, homeless: refusal});
const all_of_us = (answer) => ({viewer: answer, member: answer, admin: answer, owner: answer});

/// Everybody, with or without a session. `actors`: who tries it, where it ends sessions.
const everybody = (actors) => ({needs: 'nothing', actors});
/// Whoever has a session, in whatever organisation.
const session = (answers = {}) => ({
    needs: 'session',
    answers: {...none_of_us('ok'), ...all_of_us('ok'), ...answers},
});
/// A role in the active organisation; what a stranger is told who acts in their own: 'own', where
/// the request is none about an object.
const role = (needs, stranger) => ({
    needs,
    answers: {
        stranger, intruder: no_member, removed: no_member, homeless: [400, 'No organization found'],
        ...all_of_us('ok'),
        ...(needs === 'member' ? {viewer: too_little} : {}),
        ...(needs === 'admin' ? {viewer: too_little, member: too_little} : {}),
    },
});
const viewer = (stranger) => role('viewer', stranger);
const member = (stranger) => role('member', stranger);
/// A role in the organisation of the path.
const in_path = (least, refusal = no_member) => session({
    ...none_of_us(refusal),
    ...(least === 'admin' ? {viewer: too_little, member: too_little} : {}),
});

const missing = (name) => [404, `${name} not found`];
const contact = missing('Contact');
const reminder = missing('Reminder');
const vehicle = missing('Vehicle');
const person = missing('Person');
const saved = missing('Saved contact');
const file = missing('File');
const link = missing('Link');
const no_session = missing('Session');

export const expected = {
    'GET /openapi.json': everybody(),
    'GET /api/health': everybody(),

    'POST /api/auth/prelogin': everybody(),
    'POST /api/auth/register': everybody(),
    'POST /api/auth/login': everybody(),
    'POST /api/auth/logout': everybody(['nobody', 'expired']),
    'POST /api/auth/forgot-password': everybody(),
    'GET /api/auth/validate-reset': everybody(),
    'POST /api/auth/reset-password': everybody(),
    'GET /api/auth/validate-invite': everybody(),
    'POST /api/auth/accept-invite': everybody(),
    'GET /api/auth/me': session({intruder: no_member, removed: no_member}),
    'POST /api/auth/change-password': session(),
    'GET /api/auth/sessions': session(),
    // A session of the owner.
    'DELETE /api/auth/sessions/{id}': session({...none_of_us(no_session), ...all_of_us(no_session), owner: 'ok'}),
    'DELETE /api/auth/sessions': session(),
    // Only the owner holds the organisation's key, so nobody else can hand it on.
    'POST /api/auth/org/{org_id}/keys': session({...none_of_us(no_member_of_org), viewer: too_little, member: too_little, admin: too_little}),
    'GET /api/auth/org/{org_id}/my-key': session({...none_of_us([404, 'No org key found']), viewer: [404, 'No org key found'], member: [404, 'No org key found'], admin: [404, 'No org key found']}),
    'GET /api/auth/org/{org_id}/pending-keys': in_path('viewer', no_member_of_org),
    'GET /api/auth/user/{user_id}/public-key': session(none_of_us([404, 'Public key not found'])),

    'GET /api/audit': role('admin', 'own'),

    'GET /api/orgs': session(),
    'POST /api/orgs': session(),
    'GET /api/orgs/{id}': in_path('viewer'),
    'PUT /api/orgs/{id}': in_path('admin'),
    'POST /api/orgs/{id}/invite': in_path('admin'),
    'PUT /api/orgs/{id}/members/{user_id}': in_path('admin'),
    'DELETE /api/orgs/{id}/members/{user_id}': in_path('admin'),

    'GET /api/categories': viewer('own'),
    'GET /api/categories/{slug}': viewer('own'),

    'GET /api/items': viewer('own'),
    'POST /api/items': member('own'),
    'GET /api/items/{id}': viewer(item),
    'PATCH /api/items/{id}': member(item),
    'DELETE /api/items/{id}': member(item),
    'POST /api/items/{id}/restore': member(item),
    'POST /api/items/{id}/renew': member(item),
    'GET /api/items/migration/status': viewer('own'),
    'GET /api/search': viewer('own'),
    'GET /api/dashboard/stats': session({intruder: no_member, removed: no_member}),

    'POST /api/files/upload': member(item),
    'GET /api/files/{id}': viewer(file),
    'DELETE /api/files/{id}': member(file),
    'PATCH /api/files/{id}': member(file),

    'GET /api/contacts': viewer('own'),
    'POST /api/contacts': member(item),
    'PUT /api/contacts/reorder': member(item),
    'PATCH /api/contacts/{id}': member(contact),
    'DELETE /api/contacts/{id}': member(contact),

    'GET /api/reminders': viewer('own'),
    'GET /api/reminders/overdue': viewer('own'),
    'GET /api/reminders/custom': viewer('own'),
    'POST /api/reminders/custom': member(item),
    'PATCH /api/reminders/custom/{id}': member(reminder),
    'DELETE /api/reminders/custom/{id}': member(reminder),
    'POST /api/reminders/generate-business-reminders/{item_id}': member(item),

    'GET /api/coverage/rows': viewer(item),
    'PUT /api/coverage/rows': member(item),
    'GET /api/coverage/limits': viewer(item),
    'PUT /api/coverage/limits': member(item),
    'GET /api/coverage/providers': viewer(item),
    'POST /api/coverage/providers': member(item),
    'DELETE /api/coverage/providers/{id}': member(missing('Provider')),

    'GET /api/vehicles': viewer('own'),
    'POST /api/vehicles': member(missing('Owner')),
    'GET /api/vehicles/{id}': viewer(vehicle),
    'PATCH /api/vehicles/{id}': member(vehicle),
    'DELETE /api/vehicles/{id}': member(vehicle),
    'GET /api/vehicles/{id}/policies': viewer(vehicle),
    'GET /api/vehicles/item/{item_id}': viewer(item),
    'POST /api/vehicles/item/{item_id}': member(item),
    'DELETE /api/vehicles/item/{item_id}/{vehicle_id}': member(missing('Vehicle assignment')),

    'GET /api/people': viewer('own'),
    'POST /api/people': member('own'),
    'GET /api/people/{id}': viewer(person),
    'PATCH /api/people/{id}': member(person),
    'DELETE /api/people/{id}': member(person),
    'POST /api/people/{id}/resend-invite': member(person),
    'GET /api/people/{id}/invite-link': member(person),
    'GET /api/people/item/{item_id}': viewer(item),
    'POST /api/people/item/{item_id}': member(item),
    'DELETE /api/people/item/{item_id}/{link_id}': member(link),

    'GET /api/saved-contacts': viewer('own'),
    'POST /api/saved-contacts': member('own'),
    'GET /api/saved-contacts/{id}': viewer(saved),
    'PATCH /api/saved-contacts/{id}': member(saved),
    'DELETE /api/saved-contacts/{id}': member(saved),
    'GET /api/saved-contacts/item/{item_id}': viewer(item),
    'POST /api/saved-contacts/item/{item_id}': member(item),
    'DELETE /api/saved-contacts/item/{item_id}/{link_id}': member(link),

    'GET /api/item-links/children/{parent_id}': viewer(item),
    'GET /api/item-links/parent/{child_id}': viewer(item),
    'POST /api/item-links/{child_id}': member(item),
    'DELETE /api/item-links/{child_id}': member(link),

    'GET /api/providers/insurance': everybody(),
    'GET /api/providers/insurance/{name}/details': everybody(),
    'GET /api/visas/countries': everybody(),
    'GET /api/visas/types/{country}': everybody(),
    'GET /api/visas/contacts/{country}': everybody(),
};
