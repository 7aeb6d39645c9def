// The documents of a platform that is set to the Cardinal model.
#pragma once

#include <string>

namespace icure::sandbox {

/// JSON without nulls, without the empty members of documents, and without members of older
/// applications, of newer platforms, and invented ones. Text that is no JSON comes back as it is.
std::string in_cardinal_form(const std::string& text);

}  // namespace icure::sandbox
