// What an invited person gets to read: an e-mail or a text message, made of a template. Pure.
#pragma once
#include <string>
#include <string_view>

#include "daemon/base/result.h"
#include "sync/write/template.h"

namespace icure::sync::write {

/// The names of a person, of the platform's JSON of a patient or professional. Where the plain
/// members are empty: of `names`; an organisation's name counts as its last name.
PersonName name_of(std::string_view document);

/// Both hold the token: to be handed to the gateway and forgotten.
struct Email {
  std::string subject;  ///< One line.
  std::string html;
};
struct Sms {
  std::string message;
};

class EmailTemplate {
 public:
  /// A file: "Subject: TEXT", an empty line, then HTML. Fails with invalid if it begins otherwise
  /// or as Template::parse does, with the lines of the file.
  static Result<EmailTemplate> parse(std::string_view file);
  static EmailTemplate built_in();  ///< Our own wording, in English.

  /// Puts the caller's subject in place of the file's; placeholders count in it.
  Result<Done> set_subject(std::string_view text);

  /// Every value is escaped in the HTML; the subject is plain text.
  Email fill(const Values& values) const;

 private:
  EmailTemplate(Template subject, Template html);
  Template subject_;
  Template html_;
};

class SmsTemplate {
 public:
  /// A file: all of it is the text, without the blanks at its end. Fails as Template::parse does.
  static Result<SmsTemplate> parse(std::string_view file);
  static SmsTemplate built_in();  ///< Our own wording, in English.

  Sms fill(const Values& values) const;

 private:
  explicit SmsTemplate(Template message);
  Template message_;
};

}  // namespace icure::sync::write
