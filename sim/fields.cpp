#include "sim/fields.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/duration.hpp"

namespace sim {

namespace {

// Levenshtein's.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

std::optional<std::int64_t> integer_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// "0.002" is 2000, without a detour through fractions that have no exact form.
std::optional<std::uint32_t> millionths(std::string_view text) {
  if (text.starts_with('-')) return std::nullopt;  // "-0" has no sign that an integer keeps
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  std::string digits(point == std::string_view::npos ? std::string_view() : text.substr(point + 1));
  if (digits.size() > 6 || (point != std::string_view::npos && digits.empty())) return std::nullopt;
  digits.append(6 - digits.size(), '0');
  const auto w = integer_of(whole);
  const auto f = integer_of(digits);
  if (!w || !f || *w < 0 || *f < 0 || *w * 1'000'000 + *f > 1'000'000) return std::nullopt;
  return static_cast<std::uint32_t>(*w * 1'000'000 + *f);
}

}  // namespace

void Reading::fail(std::size_t offset, const std::string& path, const std::string& what) {
  if (error_) return;
  error_ = base::Error{file_ + ":" + line_and_column(text_, offset) + ": " +
                       (path.empty() ? "" : path + ": ") + what};
}

std::string suggestion(std::string_view written, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  std::size_t least = written.size() / 2 + 1;
  for (const auto& name : known) {
    const auto d = distance(written, name);
    if (d <= least && (!best || d < least)) {
      least = d;
      best = &name;
    }
  }
  if (best) return ", did you mean '" + *best + "'?";
  std::string all = "; known: ";
  for (const auto& name : known) all += (&name == &known.front() ? "" : ", ") + name;
  return all;
}

std::string Field::text() const {
  if (const auto* text = std::get_if<std::string>(&json_->value)) return *text;
  fail(std::string("expected a string, not ") + json_->kind());
  return {};
}

std::int64_t Field::integer(std::int64_t least, std::int64_t greatest) const {
  const auto* number = std::get_if<Json::Number>(&json_->value);
  const auto value = number ? integer_of(number->text) : std::nullopt;
  if (value && *value >= least && *value <= greatest) return *value;
  const auto range = std::to_string(least) + " to " + std::to_string(greatest);
  fail("expected a whole number from " + range + ", not " + (number ? number->text : json_->kind()));
  return least;
}

std::uint32_t Field::ppm() const {
  const auto* number = std::get_if<Json::Number>(&json_->value);
  const auto value = number ? millionths(number->text) : std::nullopt;
  if (value) return *value;
  fail("expected a probability from 0 to 1 with at most six decimals, such as 0.002, not " +
       (number ? number->text : std::string(json_->kind())));
  return 0;
}

void Field::only_true() const {
  const auto* truth = std::get_if<bool>(&json_->value);
  if (!truth || !*truth) fail("expected true, or leave it out");
}

Duration Field::interval() const {
  const auto written = text();
  const auto slash = written.find('/');
  const auto times = integer_of(std::string_view(written).substr(0, slash));
  const auto per = slash == std::string::npos ? base::Result<Duration>(base::Error{})
                                              : base::parse_duration("1" + written.substr(slash + 1), false);
  if (times && *times > 0 && *times <= 1'000'000 && per.ok()) return per.value() / *times;
  fail("expected a rate such as '20/m' or '1/s', not '" + written + "'");
  return std::chrono::seconds(1);
}

Duration Field::duration(bool may_be_negative) const {
  auto written = text();
  const bool negative = may_be_negative && written.size() > 1 && (written[0] == '-' || written[0] == '+');
  const auto value = base::parse_duration(negative ? written.substr(1) : written, false);
  if (value.ok()) return negative && written[0] == '-' ? -value.value() : value.value();
  fail(value.error());
  return Duration(0);
}

template <class Read>
Distribution Field::distribution(Read read, bool logarithmic) const {
  if (!is_object()) return Distribution(read(*this));
  if (const auto uniform = find("uniform")) {
    only({"uniform"});
    const auto ends = uniform->elements();
    if (ends.size() != 2) return uniform->fail("expected [lowest, highest]"), Distribution();
    const auto low = read(ends[0]);
    const auto high = read(ends[1]);
    if (low > high) return uniform->fail("the lowest comes first"), Distribution();
    return Distribution::uniform(low, high);
  }
  if (!logarithmic) return fail("expected a number or {\"uniform\": [lowest, highest]}"), Distribution();
  only({"uniform", "dist", "p50", "p99"});
  const auto dist = need("dist");
  const auto p50 = need("p50");
  const auto p99 = need("p99");
  if (!dist || !p50 || !p99) return Distribution();
  (void)dist->name("distribution", {"lognormal"});
  const auto median = read(*p50);
  const auto high = read(*p99);
  if (median > 0 && median <= high && high / 1000 < median) return Distribution::lognormal(median, high);
  p99->fail("expected p50 <= p99 <= 1000 p50, and p50 above 0");
  return Distribution();
}

Distribution Field::durations(bool may_be_negative) const {
  return distribution(
      [&](const Field& f) { return static_cast<std::int64_t>(f.duration(may_be_negative).count()); }, true);
}

Distribution Field::rates() const {
  return distribution([](const Field& f) { return static_cast<std::int64_t>(f.ppm()); }, false);
}

Distribution Field::integers(std::int64_t least, std::int64_t greatest) const {
  return distribution([&](const Field& f) { return f.integer(least, greatest); }, false);
}

std::string Field::name(const char* what, const std::vector<std::string>& known) const {
  const auto written = text();
  if (!is_string() || std::find(known.begin(), known.end(), written) != known.end()) return written;
  fail(std::string("unknown ") + what + " '" + written + "'" + suggestion(written, known));
  return written;
}

std::vector<Field> Field::elements() const {
  std::vector<Field> fields;
  const auto* array = std::get_if<Json::Array>(&json_->value);
  if (!array) return fail(std::string("expected a list, not ") + json_->kind()), fields;
  for (std::size_t i = 0; i < array->size(); ++i) {
    fields.emplace_back(*reading_, (*array)[i], path_ + "[" + std::to_string(i) + "]");
  }
  return fields;
}

const Json::Object* Field::object() const {
  const auto* object = std::get_if<Json::Object>(&json_->value);
  if (!object) fail(std::string("expected an object, not ") + json_->kind());
  return object;
}

void Field::only(const std::vector<std::string>& known, const std::vector<std::string>& later) const {
  const auto* members = object();
  if (!members) return;
  for (const auto& member : *members) {
    const auto twice =
        std::count_if(members->begin(), members->end(), [&](const auto& m) { return m.key == member.key; });
    if (twice > 1) reading_->fail(member.offset, path_of(member.key), "this key stands here twice");
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    const bool comes = std::find(later.begin(), later.end(), member.key) != later.end();
    reading_->fail(member.offset, path_of(member.key),
                   comes ? "not simulated in this version" : "unknown key" + suggestion(member.key, known));
  }
}

std::optional<Field> Field::find(std::string_view key) const {
  const auto* members = object();
  if (!members) return std::nullopt;
  for (const auto& member : *members) {
    if (member.key == key) return Field(*reading_, member.value, path_of(key));
  }
  return std::nullopt;
}

std::optional<Field> Field::need(std::string_view key) const {
  auto field = find(key);
  if (!field && is_object()) fail("'" + std::string(key) + "' is missing");
  return field;
}

std::vector<std::pair<std::string, Field>> Field::members() const {
  std::vector<std::pair<std::string, Field>> fields;
  const auto* all = object();
  if (!all) return fields;
  for (const auto& member : *all)
    fields.emplace_back(member.key, Field(*reading_, member.value, path_of(member.key)));
  return fields;
}

}  // namespace sim
