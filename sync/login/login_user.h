// What a login asks of a user's document. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "store/mirror.h"

namespace icure::sync {

struct LoginUser {
  std::string id;
  std::string login;
  std::string email;
  std::string phone;
  bool active = false;
  std::string mark;  ///< Differs when the document tells that the way to log in is another one.
};

/// Nothing if it is no user's document.
std::optional<LoginUser> read_login_user(const std::string& json);

/// Whether the platform would take that name for this user: letter by letter, phones by digits.
bool goes_by(const LoginUser& user, std::string_view name);

/// At least so many digits make a phone.
bool may_be_phone(std::string_view name);

/// Under which wrong guesses are counted that name nobody: tells nothing of the name.
std::string subject_of(std::string_view name);

enum class Trust {
  kept,
  unknown,  ///< The mirror cannot tell (yet).
  lost,     ///< Disabled, deleted, or with another way to log in; also where that is only queued.
};
/// Whether the mirror still lets that user in who logged in when the document had that mark. On
/// the reader's thread.
Trust trust_in(store::MirrorReader& mirror, const std::string& user, const std::string& mark);

}  // namespace icure::sync
