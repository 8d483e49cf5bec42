// What each rule must find and must let pass: the rules are tests, so they are tested.
import {await_form, file_length, header_opening, nothing_left_open, one_way_includes, sql_in_files, stands_alone} from './rules.mjs';

const in_body = (line) => `task<int> f() {\n    ${line}\n}\n`;

const awaits = {
    bad: [
        'if (co_await ready(a)) stop();',
        'switch (co_await kind(a)) { default: break; }',
        'while (co_await next(a)) {}',
        'if (a) co_await f(b);',
        'else co_await f(b);',
        'co_return co_await f(a);',
        'return co_await f(a);',
        'auto x = co_await f([a] { return a; });',
        'auto x = co_await f(a, [&](int b) { return b; });',
        'co_await f(point{1, 2});',
        'co_await f({.a = 1});',
        'co_await f(std::string("a") + b);',
        'co_await f(a + b);',
        'co_await f(g(a));',
        'co_await f(a).g(b);',
        'auto x = 1 + co_await f(a);',
        'auto x = (co_await f(a)).value();',
        'g(co_await f(a));',
        'auto x = co_await f(a) || co_await g(b);',
        'auto x = co_await f(a ? b : c);',
        'BOOST_TEST(co_await f(a));',
        'auto x = co_await f(std::vector<int>(3));',
    ],
    good: [
        'co_await f(a, b);',
        'co_await timer.async_wait(use_task);',
        'auto x = co_await f(a, std::move(b), 3, nullptr);',
        'auto const& x = co_await this->f(a);',
        'auto [error, size] = co_await socket_.async_read_some(buffer, token);',
        'auto e = co_await asio::this_coro::executor;',
        'x = co_await f(a);',
        'std::optional<row> x = co_await db->find<row>(sql::item_get, id);',
        'auto x =\n        co_await f(a,\n                   b->c);',
        'co_await asio::async_initiate<decltype(use_task), void()>(std::move(start), use_task);',
        '// if (co_await f(a)) crashes',
        'log("if (co_await f(a))");',
        'switch (k) { case kind::a: co_await f(b); break; default: co_await g(c); }',
        'for (auto& part : parts) {\n co_await f(part);\n }',
    ],
};

const long_file = 'int a;\n'.repeat(701);
// In pieces, so that the rules do not find their own samples.
const outside = ['../sha', 'red/x'].join('');

/// [rule, path, text] that must be found.
export const bad = [
    ...awaits.bad.map((line) => [await_form, 'server/a.cpp', in_body(line)]),
    [one_way_includes, 'crypto/a.cpp', '#include "storage/async.hpp"\n'],
    [one_way_includes, 'crypto/a.cpp', '#include "config/settings.hpp"\n'],
    [one_way_includes, 'config/a.hpp', '#include "crypto/hash.hpp"\n'],
    [one_way_includes, 'storage/blob/a.cpp', '#include <domain/items/model.hpp>\n'],
    [one_way_includes, 'domain/items/a.cpp', '#include "server/router.hpp"\n'],
    [one_way_includes, 'domain/items/a.cpp', '#  include <boost/beast/http.hpp>\n'],
    [one_way_includes, 'domain/items/a.cpp', '#include <libpq-fe.h>\n'],
    [one_way_includes, 'server/a.cpp', '#include "../domain/items/model.hpp"\n'],
    [one_way_includes, 'server/a.cpp', '#include "test/support/fake.hpp"\n'],
    [sql_in_files, 'domain/a.cpp', 'auto q = "SELECT id FROM items";\n'],
    [sql_in_files, 'domain/a.cpp', 'auto q = "SELECT id "\n    "FROM items";\n'],
    [sql_in_files, 'domain/a.cpp', 'auto q = R"(INSERT INTO items VALUES (1))";\n'],
    [sql_in_files, 'storage/a.cpp', 'auto q = R"sql(\nupdate items\nset a = 1)sql";\n'],
    [sql_in_files, 'server/a.cpp', 'auto q = "DELETE FROM items";\n'],
    [file_length, 'server/a.cpp', long_file],
    [header_opening, 'server/a.hpp', '#pragma once\nint a;\n'],
    [header_opening, 'server/a.hpp', '// What it is for.\nint a;\n'],
    [stands_alone, 'README.md', `see ${outside}\n`],
    [nothing_left_open, 'server/a.cpp', `// ${'TO' + 'DO'}: later\n`],
];

/// [rule, path, text] that must pass.
export const good = [
    ...awaits.good.map((line) => [await_form, 'server/a.cpp', in_body(line)]),
    [one_way_includes, 'server/a.cpp', '#include "domain/items/service.hpp"\n#include <boost/beast.hpp>\n'],
    [one_way_includes, 'domain/a.cpp', '#include "sql/statements.hpp"\n#include "crypto/hash.hpp"\n'],
    [one_way_includes, 'test/unit/crypto/a.cpp', '#include "server/router.hpp"\n'],
    [sql_in_files, 'domain/a.cpp', '// SELECT id FROM items\nauto q = "choose one from the list";\n'],
    [sql_in_files, 'test/integration/a.cpp', 'auto q = "SELECT id FROM items";\n'],
    [file_length, 'server/a.cpp', 'int a;\n'.repeat(700)],
    [header_opening, 'server/a.hpp', '// What it is for.\n#pragma once\n'],
    [stands_alone, 'README.md', 'a shared_ptr in /usr/share/doc\n'],
    [nothing_left_open, 'server/a.cpp', '// A to-do list is an item.\n'],
];
