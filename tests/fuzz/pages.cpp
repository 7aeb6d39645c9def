// Answers of the platform: pages, documents, stubs, lists of ids, and what the mirror reads in
// them.
#include "store/facts.h"
#include "sync/id_scanner.h"
#include "sync/reply_cause.h"
#include "sync/wire.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace icure;
using fuzz::require;
namespace wire = sync::wire;

void read_document(const store::Document& document) {
  const auto json = document.json;
  require(json.starts_with('{') && json.ends_with('}'), "a document is cut out whole");
  require(json.find_first_of("\r\n") == json.npos, "a document stands on one line");
  fuzz::require_json(json, "a document is JSON");
  require(!document.id.empty() && !document.rev.empty(), "a document has an id and a rev");
  require(fuzz::is_utf8(document.id) && fuzz::is_utf8(document.rev), "ids and revs are UTF-8");
  static_cast<void>(wire::is_deleted(json));
  static_cast<void>(wire::shared_with_any(json, {"an-owner"}));
  static store::FactReader reader;
  store::Facts facts;
  for (const auto kind : kAllKinds) {
    require(bool(reader.read(kind, json, facts)), "the mirror reads what the sync has read");
    require(fuzz::is_utf8(facts.words), "the search index gets UTF-8");
    for (const auto& [key, value] : facts.keys) {
      static_cast<void>(store::lookup_hash(7, kind, key, store::normalised(key, value)));
    }
  }
}

void read_page(sync::Answer<wire::Page> page) {
  if (!page) return require(!page.error().message.empty(), "a fault has words");
  for (const auto& document : page->documents) read_document(document);
  if (!page->next) return;
  const auto back = wire::from_cursor(wire::to_cursor(*page->next));
  require(back && *back == *page->next, "a cursor that was kept leads to the same place");
}

void read_stubs(std::string_view text) {
  const auto stubs = wire::parse_stubs(std::string(text));
  if (!stubs) return require(!stubs.error().message.empty(), "a fault has words");
  fuzz::require_json(text, "stubs are JSON");
  require(stubs->stubs.size() == stubs->sizes.size(), "each stub has a size");
  for (const auto& [id, rev] : stubs->stubs) {
    require(!id.empty() && !rev.empty() && fuzz::is_utf8(id), "a stub has an id and a rev");
  }
}

struct Scan {
  std::vector<std::string> ids;
  bool good = true;
  bool complete = false;
};
Scan scan(std::string_view text, std::size_t piece) {
  sync::IdScanner scanner;
  Scan result;
  for (std::size_t at = 0; at < text.size() && result.good; at += piece) {
    result.good = scanner.feed(text.substr(at, piece), result.ids);
  }
  result.complete = scanner.complete();
  return result;
}

void read_ids(std::string_view text, std::size_t piece) {
  const auto whole = scan(text, std::max<std::size_t>(text.size(), 1));
  const auto pieces = scan(text, piece);
  require(whole.ids == pieces.ids && whole.good == pieces.good, "pieces make no difference");
  if (!whole.good || !whole.complete) return;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  require(json.is_array() && json == whole.ids, "ids are read as another parser reads them");
}

void read_status(std::string_view text) {
  if (text.size() < 3) return;
  sync::HttpReply reply;
  reply.status = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  reply.html = text.size() % 2 == 0;
  require(!sync::word_of(sync::cause_of(reply, sync::Cause::auth)).empty(), "a cause has a word");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  read_page(wire::parse_page(std::string(text)));
  read_page(wire::parse_documents(std::string(text)));
  read_page(wire::parse_document(std::string(text)));
  read_stubs(text);
  read_ids(text, size == 0 ? 1 : 1 + data[size - 1] % 16);
  read_status(text);
  if (const auto next = wire::from_cursor(std::string(text))) {
    require(wire::from_cursor(wire::to_cursor(*next)) == *next, "a cursor can be kept again");
  }
  return 0;
}
