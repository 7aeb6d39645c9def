// The platform's JSON, taken apart without copying documents. Pure; any thread.
//
// Every text is fully validated before a slice of it is handed out: what ends up in the mirror is
// spliced into answers unparsed, so it must be whole JSON on one line.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/mirror.h"
#include "sync/cause.h"

namespace icure::sync::wire {

/// Owns a platform's answer; the views of the shapes below point into it.
class Text {
 public:
  struct Parsed;
  Text(Text&&) noexcept;
  Text& operator=(Text&&) noexcept;
  ~Text();
  explicit Text(std::unique_ptr<Parsed> parsed);

 private:
  std::unique_ptr<Parsed> parsed_;
};

/// Where the next page of users starts (icure-protocol: both members are inclusive).
struct NextPage {
  std::optional<std::string> start_key;  ///< Absent: rows without login come first.
  std::string start_id;
  bool operator==(const NextPage&) const = default;
};

struct Page {
  Text text;
  std::vector<store::Document> documents;
  std::optional<NextPage> next;
};

struct Stubs {
  Text text;
  std::vector<store::Stub> stubs;
  std::vector<std::size_t> sizes;  ///< Of each, in bytes of JSON.
};

// All of these fail with bad_answer, or captive_portal where the text is a web page.

/// A paginated list: {"rows": [...], "nextKeyPair": {...}?}.
Answer<Page> parse_page(std::string body);
/// An array of documents, as `byIds` gives it.
Answer<Page> parse_documents(std::string body);
/// One document.
Answer<Page> parse_document(std::string body);
/// An array of {"type", "stub": {"id", "rev", ...}}.
Answer<Stubs> parse_stubs(std::string body);

/// Whether the document carries a deletionDate: it is still served by id.
bool is_deleted(std::string_view json);

/// Whether a patient's delegations or securityMetadata name one of these data owners.
bool shared_with_any(std::string_view json, const std::vector<std::string>& owners);

/// The cursor that a sweep keeps in the store, and back. An unreadable one is absent.
std::string to_cursor(const NextPage& next);
std::optional<NextPage> from_cursor(const std::string& cursor);

}  // namespace icure::sync::wire
