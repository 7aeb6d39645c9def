// Which template an invitation's message is made of: the person's language before the clinic's,
// a file before our own English words.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sync/outbox/invite_form.h"
#include "sync/write/message.h"

namespace icure::sync {

/// The text of a file of the templates' directory; nothing if there is no such file. Fails with io
/// if it cannot be read.
using TemplateFiles = std::function<Result<std::optional<std::string>>(const std::string& name)>;

struct Wording {
  TemplateFiles files;
  std::string language;  ///< The clinic's.
};

/// Whether a name may be a part of a file's name: letters, digits, - and _, 64 at most.
bool is_plain_name(std::string_view name);

/// From email.LANGUAGE.html, or NAME.email.LANGUAGE.html if the invitation names a template. Fails
/// with invalid where the file has a mistake, or a template that was named is not there.
Result<write::EmailTemplate> email_template(const InviteDetails& details, const Wording& wording);
/// The same from sms.LANGUAGE.txt.
Result<write::SmsTemplate> sms_template(const InviteDetails& details, const Wording& wording);

}  // namespace icure::sync
