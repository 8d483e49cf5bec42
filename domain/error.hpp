// How a service says no: an HTTP status with a text for the client, or a list of faults in what was
// sent. The server turns both into answers in one place; anything else that is thrown is a 500.
#pragma once

#include <boost/json/value.hpp>

#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace kinvault::domain {

/// An expected refusal, answered as `{"detail": detail}` with this status.
class failure : public std::exception {
  public:
    failure(int status, std::string detail) : status_(status), detail_(std::move(detail)) {}

    int status() const noexcept { return status_; }
    std::string const& detail() const noexcept { return detail_; }
    char const* what() const noexcept override { return detail_.c_str(); }

  private:
    int status_;
    std::string detail_;
};

/// One entry of a 422 report.
struct fault {
    std::string type;            ///< as in the contract: `missing`, `string_type`, …
    boost::json::array place;    ///< `loc`: "body", "query" or "path", then names and indexes
    std::string message;         ///< `msg`
    boost::json::value input;    ///< what was sent; null where it may be secret
    boost::json::object context; ///< `ctx`, left out when empty
};

/// What was sent cannot be taken: 422 with all faults of the request.
class invalid_input : public std::exception {
  public:
    explicit invalid_input(std::vector<fault> faults) : faults_(std::move(faults)) {}
    /// A single fault in the member `name` of the body.
    invalid_input(std::string_view name, std::string message)
        : faults_{{"value_error", {"body", name}, std::move(message), nullptr, {}}} {}

    std::vector<fault> const& faults() const noexcept { return faults_; }
    char const* what() const noexcept override { return "invalid input"; }

  private:
    std::vector<fault> faults_;
};

} // namespace kinvault::domain
