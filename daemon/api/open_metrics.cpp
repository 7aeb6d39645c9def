#include "daemon/api/open_metrics.h"

#include <fmt/core.h>

namespace icure::api {
namespace {

constexpr std::string_view kBound = "le";

std::string_view name_of(OpenMetrics::Type type) {
  switch (type) {
    case OpenMetrics::Type::gauge:
      return "gauge";
    case OpenMetrics::Type::counter:
      return "counter";
    case OpenMetrics::Type::histogram:
      return "histogram";
    case OpenMetrics::Type::info:
      return "info";
  }
  return "unknown";
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  out += out.ends_with('{') ? "" : ",";
  out.append(name).append("=\"");
  append_escaped(out, value);
  out += '"';
}

/// Of a bucket: a number of this form is the same text everywhere.
std::string canonical(double bound) {
  auto text = fmt::format("{}", bound);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

void OpenMetrics::family(std::string_view name, Type type, std::string_view help,
                         std::string_view unit) {
  name_ = name;
  type_ = type;
  text_ += fmt::format("# TYPE {} {}\n", name, name_of(type));
  if (!unit.empty()) text_ += fmt::format("# UNIT {} {}\n", name, unit);
  text_ += fmt::format("# HELP {} ", name);
  append_escaped(text_, help);
  text_ += '\n';
}

void OpenMetrics::sample(double value, Labels labels) {
  line(type_ == Type::counter ? "_total" : "", labels, {}, value);
}

void OpenMetrics::info(Labels labels) {
  line("_info", labels, {}, 1);
}

void OpenMetrics::histogram(std::span<const double> bounds, std::span<const std::uint64_t> counts,
                            double sum, Labels labels) {
  std::uint64_t total = 0;
  for (std::size_t at = 0; at < bounds.size(); ++at) {
    total += counts[at];
    line("_bucket", labels, canonical(bounds[at]), static_cast<double>(total));
  }
  total += counts[bounds.size()];
  line("_bucket", labels, "+Inf", static_cast<double>(total));
  line("_sum", labels, {}, sum);
  line("_count", labels, {}, static_cast<double>(total));
}

void OpenMetrics::line(std::string_view suffix, Labels labels, std::string_view bound,
                       double value) {
  text_.append(name_).append(suffix);
  if (labels.size() > 0 || !bound.empty()) {
    text_ += '{';
    for (const auto& [name, text] : labels) append_label(text_, name, text);
    if (!bound.empty()) append_label(text_, kBound, bound);
    text_ += '}';
  }
  text_ += fmt::format(" {}\n", value);
}

std::string OpenMetrics::finish() && {
  text_ += "# EOF\n";
  return std::move(text_);
}

}  // namespace icure::api
