#include "domain/dashboard/premium.hpp"

#include "domain/schema/types.hpp"
#include "domain/text.hpp"

#include <charconv>
#include <cmath>

namespace kinvault::domain::dashboard {

namespace {

/// Months from one date to another as the contract counts them: years * 12 + months + days / 30.
double months_between(schema::civil_date const& from, schema::civil_date const& to) {
    return (to.year - from.year) * 12 + (to.month - from.month) + (to.day - from.day) / 30.0;
}

double to_cents(double amount) {
    // Beyond this a double has no cents, and times 100 it might become infinite.
    constexpr double has_cents = 1e13;
    return std::abs(amount) < has_cents ? std::round(amount * 100) / 100 : amount;
}

} // namespace

std::optional<double> parse_amount(std::string_view text) {
    text = trim(text);
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    double value = 0;
    auto const* const end = text.data() + text.size();
    auto const [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stopped != end || !std::isfinite(value)) return std::nullopt;
    return value;
}

double annual_premium(policy const& of) {
    auto const amount = parse_amount(of.premium);
    auto const from = schema::parse_date(of.start_date);
    auto const to = schema::parse_date(of.end_date);
    if (!amount || !from || !to) return 0;
    double const months = months_between(*from, *to);
    if (months <= 0) return 0;
    double const annual = *amount / months * 12;
    return std::isfinite(annual) ? annual : 0;
}

double total_annual_premium(std::vector<policy> const& policies) {
    double total = 0;
    for (auto const& one : policies) {
        double const sum = total + annual_premium(one);
        if (std::isfinite(sum)) total = sum;
    }
    return to_cents(total);
}

} // namespace kinvault::domain::dashboard
