// Text with placeholders, as the templates of messages are written. Pure.
//
//   {patient.firstName}          the value of that name
//   {patient.firstName|friend}   the same, or "friend" where the value is empty
//   {{                           one {
//
// A } outside of a placeholder stands for itself. A placeholder ends on the line where it begins.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/base/secret.h"

namespace icure::sync::write {

enum class Field {
  patient_first_name,  ///< Of whoever is invited, professionals too.
  patient_last_name,
  inviter_first_name,
  inviter_last_name,
  solution,
  link,
  login,
  token,
};

inline constexpr std::array kFieldNames = {
    std::pair("patient.firstName", Field::patient_first_name),
    std::pair("patient.lastName", Field::patient_last_name),
    std::pair("inviter.firstName", Field::inviter_first_name),
    std::pair("inviter.lastName", Field::inviter_last_name),
    std::pair("solution", Field::solution),
    std::pair("link", Field::link),
    std::pair("login", Field::login),
    std::pair("token", Field::token),
};

struct PersonName {
  std::string first = {};
  std::string last = {};
};

struct Values {
  PersonName patient = {};
  PersonName inviter = {};
  std::string solution = {};
  std::string link = {};  ///< Checked by check_link.
  std::string login = {};
  Secret token = {};
};

enum class Escape { none, html };

class Template {
 public:
  /// Fails with invalid, naming the placeholder and its line, where one is unknown or not closed;
  /// also where the text is not UTF-8 or over 64 KiB. `first_line` is the number of its first.
  static Result<Template> parse(std::string_view text, std::size_t first_line = 1);

  /// Every value on one line: control characters become blanks, and of names and the solution
  /// 80 characters are used. For html it may stand in text and in quoted attributes.
  std::string fill(const Values& values, Escape escape) const;

 private:
  struct Part {
    std::string text;            ///< As it is; of a placeholder what stands for an empty value.
    std::optional<Field> field;  ///< Absent: plain text.
  };
  std::vector<Part> parts_;
};

}  // namespace icure::sync::write
