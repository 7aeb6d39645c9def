// Writes figures as OpenMetrics 1.0 text, which Prometheus and others read. Pure.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace icure::api {

/// Families one after another, each with all of its samples.
class OpenMetrics {
 public:
  enum class Type { gauge, counter, histogram, info };
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// Begins one: `name` without "_total" and the like; it ends with `unit` if there is one.
  void family(std::string_view name, Type type, std::string_view help, std::string_view unit = {});
  /// A sample of a gauge or counter.
  void sample(double value, Labels labels = {});
  void info(Labels labels);
  /// `counts[i]` is of what is at most `bounds[i]` and more than the bound before; the last count,
  /// one more than there are bounds, is of the rest. Not cumulative.
  void histogram(std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum,
                 Labels labels = {});

  std::string finish() &&;

 private:
  void line(std::string_view suffix, Labels labels, std::string_view bound, double value);

  std::string text_;
  std::string name_;  // of the family that is written
  Type type_ = Type::gauge;
};

}  // namespace icure::api
