// The shapes of results, as JSON Schema, for the published description of the methods.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace icure::api {

/// Named shapes that results refer to: {name, JSON Schema as text}.
std::vector<std::pair<std::string, std::string>> component_schemas();

/// An object with these properties (as JSON text, without braces) and `meta`, all required.
std::string object_schema(const std::string& properties);

/// {"rows": [shape], "next"?, "meta"}.
std::string rows_schema(const std::string& shape);

}  // namespace icure::api
