#include "storage/postgres/conninfo.hpp"

#include "storage/postgres/handles.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <stdexcept>

namespace kinvault::pg {

namespace {

/// Installations of the original name a driver of their language in the scheme.
std::string without_driver(std::string_view text) {
    auto const scheme_end = text.find("://");
    auto const plus = text.find('+');
    std::string plain(text);
    if (scheme_end != std::string_view::npos && plus < scheme_end) {
        plain.erase(plus, scheme_end - plus);
    }
    return plain;
}

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    for (;;) {
        auto const comma = list.find(',');
        parts.emplace_back(list.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        list.remove_prefix(comma + 1);
    }
}

/// libpq's own default for a keyword: from the environment (PGHOST, …) or compiled in.
std::string default_of(std::string_view keyword) {
    conninfo_handle const all(PQconndefaults());
    for (auto const* option = all.get(); option && option->keyword; ++option) {
        if (keyword == option->keyword) return option->val ? option->val : "";
    }
    return {};
}

/// Element i of a list that may also be one value for all, or empty.
std::string pick(std::vector<std::string> const& list, std::size_t i) {
    if (list.size() == 1) return list.front();
    return i < list.size() ? list[i] : std::string();
}

std::vector<conninfo::endpoint> make_endpoints(std::string const& host, std::string const& hostaddr,
                                               std::string const& port) {
    auto const hosts = split(host);
    auto const addresses = split(hostaddr);
    auto const ports = split(port);
    auto const count = hostaddr.empty() ? hosts.size() : addresses.size();
    bool const hosts_fit = host.empty() || hosts.size() == count;
    if (!hosts_fit || (ports.size() > 1 && ports.size() != count)) {
        throw std::invalid_argument("the connection string lists hosts and ports that do not "
                                    "match in number");
    }
    std::vector<conninfo::endpoint> endpoints(count);
    for (std::size_t i = 0; i < count; ++i) {
        endpoints[i].host = i < hosts.size() ? hosts[i] : std::string();
        endpoints[i].hostaddr = i < addresses.size() ? addresses[i] : std::string();
        endpoints[i].port = pick(ports, i);
    }
    return endpoints;
}

} // namespace

bool conninfo::endpoint::needs_lookup() const {
    if (!hostaddr.empty() || host.empty() || host.front() == '/' || host.front() == '@') {
        return false;
    }
    boost::system::error_code error;
    boost::asio::ip::make_address(host, error);
    return error.failed();
}

conninfo::conninfo(std::string_view text) {
    auto const plain = without_driver(text);
    char* message = nullptr;
    conninfo_handle const parsed(PQconninfoParse(plain.c_str(), &message));
    text_handle const freed(message);
    if (!parsed) {
        throw std::invalid_argument("not a valid PostgreSQL connection string (expected "
                                    "postgresql://user:password@host:port/database or "
                                    "key=value pairs)");
    }
    std::string host;
    std::string hostaddr;
    std::string port;
    for (auto const* option = parsed.get(); option->keyword; ++option) {
        if (!option->val) continue;
        std::string_view const keyword = option->keyword;
        if (keyword == "host") {
            host = option->val;
        } else if (keyword == "hostaddr") {
            hostaddr = option->val;
        } else if (keyword == "port") {
            port = option->val;
        } else {
            settings_.emplace_back(keyword, option->val);
        }
    }
    if (host.empty() && hostaddr.empty()) {
        host = default_of("host");
        hostaddr = default_of("hostaddr");
    }
    if (port.empty()) port = default_of("port");
    endpoints_ = make_endpoints(host, hostaddr, port);
}

std::string_view conninfo::value(std::string_view keyword) const {
    for (auto const& [name, value] : settings_) {
        if (name == keyword) return value;
    }
    return {};
}

void conninfo::set(std::string_view keyword, std::string_view value) {
    std::erase_if(settings_, [keyword](auto const& setting) { return setting.first == keyword; });
    settings_.emplace_back(keyword, value);
}

void conninfo::set_default(std::string_view keyword, std::string_view value) {
    if (this->value(keyword).empty()) set(keyword, value);
}

std::vector<std::pair<std::string, std::string>> conninfo::settings() const {
    std::string host;
    std::string hostaddr;
    std::string port;
    char const* comma = "";
    for (auto const& endpoint : endpoints_) {
        host.append(comma).append(endpoint.host);
        hostaddr.append(comma).append(endpoint.hostaddr);
        port.append(comma).append(endpoint.port);
        comma = ",";
    }
    auto all = settings_;
    bool const any_address = hostaddr.find_first_not_of(',') != std::string::npos;
    if (any_address) all.emplace_back("hostaddr", hostaddr);
    all.emplace_back("host", host);
    all.emplace_back("port", port);
    return all;
}

std::string conninfo::describe() const {
    std::string text;
    for (auto const& endpoint : endpoints_) {
        if (!text.empty()) text.push_back(',');
        text.append(endpoint.host.empty() ? endpoint.hostaddr : endpoint.host);
        if (!endpoint.port.empty()) text.append(":").append(endpoint.port);
    }
    auto const database = value("dbname");
    if (!database.empty()) text.append("/").append(database);
    return text.empty() ? "the local default" : text;
}

} // namespace kinvault::pg
