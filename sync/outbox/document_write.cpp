#include "sync/outbox/document_write.h"

#include <nlohmann/json.hpp>

#include "sync/outbox/outcome.h"
#include "sync/write/put_document.h"

namespace icure::sync {
namespace {

using Json = nlohmann::json;
using write::Refusal;
using write::WriteStep;

// platform: its own changes of an e-mail address are repeated as often.
constexpr int kRounds = 3;

std::string text_of(const Json& json, const char* name) {
  const auto at = json.is_object() ? json.find(name) : json.end();
  return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::string rev_of(const std::string& document) {
  return text_of(Json::parse(document, nullptr, false), "rev");
}

}  // namespace

Task<Answer<std::optional<std::string>>> DocumentWrite::read(const store::Item& item,
                                                             std::stop_token stop) {
  std::vector<std::string> ids(1, item.entity);
  auto body = co_await rest_.by_ids(item.kind, std::move(ids), stop);
  if (!body) co_return std::move(body).error();
  auto page = wire::parse_documents(std::move(body->text));
  if (!page) co_return std::move(page).error();
  for (const auto& document : page->documents) {
    if (document.id != item.entity || wire::is_deleted(document.json)) continue;
    co_return std::optional<std::string>(document.json);
  }
  co_return std::optional<std::string>();
}

Task<Outcome> DocumentWrite::shown(const store::Item& item, std::stop_token stop) {
  std::vector<std::string> ids(1, item.entity);
  auto read = co_await refresher_.read(item.kind, std::move(ids), stop);
  if (read) co_return plain(Outcome::Next::done);
  const auto cause = read.error().cause;
  if (cause == Cause::disk || cause == Cause::store) {
    const auto words = explain(cause);
    const Error error{Code::io, std::string(words.text), std::string(words.hint)};
    co_return unsaved(error);
  }
  co_return outcome_of(WriteStep::read, read.error());
}

Task<Outcome> DocumentWrite::why(const store::Item& item, WriteStep step, Fault fault,
                                 std::string document, std::stop_token stop) {
  if (item.kind == Kind::user && fault.status == 400) {
    const auto json = Json::parse(document, nullptr, false);
    for (const auto& [key, member] :
         {std::pair(store::Key::email, "email"), std::pair(store::Key::phone, "mobilePhone")}) {
      auto contact = text_of(json, member);
      if (contact.empty()) continue;
      auto holder = co_await rest_.user_by(key, std::move(contact), stop);
      if (!holder && holder.error().status == 404) continue;
      if (!holder) co_return outcome_of(WriteStep::check, holder.error());
      const auto id = text_of(Json::parse(holder->text, nullptr, false), "id");
      if (!id.empty() && id != item.entity) co_return refused(Refusal::contact_taken);
    }
  }
  co_return outcome_of(step, fault);
}

Task<Outcome> CreateDocument::attempt(store::Item& item, Progress&, std::stop_token stop) {
  auto form = from_content(item.content);
  if (!form || form->document.empty()) co_return refused(Refusal::unreadable);
  auto made = co_await rest_.create(item.kind, form->document, stop);
  if (!made) {
    const auto& fault = made.error();
    if (fault.status != 400 && fault.status != 409) {
      co_return outcome_of(WriteStep::create, fault);
    }
    std::vector<std::string> ids(1, item.entity);
    auto ours = co_await rest_.by_ids(item.kind, std::move(ids), stop);
    if (!ours) co_return outcome_of(WriteStep::read, ours.error());
    auto page = wire::parse_documents(std::move(ours->text));
    if (!page) co_return outcome_of(WriteStep::read, page.error());
    if (page->documents.empty()) {
      co_return co_await why(item, WriteStep::create, fault, form->document, stop);
    }
  }
  co_return co_await shown(item, stop);
}

Task<Outcome> EditDocument::attempt(store::Item& item, Progress& progress, std::stop_token stop) {
  auto form = from_content(item.content);
  if (!form || form->patch.empty()) co_return refused(Refusal::unreadable);
  std::string theirs;
  for (int round = 0; round < kRounds; ++round) {
    auto now = co_await read(item, stop);
    if (!now) co_return outcome_of(WriteStep::read, now.error());
    if (!*now) {
      auto seen = co_await shown(item, stop);
      if (seen.next != Outcome::Next::done) co_return seen;
      co_return refused(Refusal::gone);
    }
    theirs = std::move(**now);
    auto merged = merge_into(*form, theirs);
    if (!merged) co_return refused(Refusal::unreadable);
    if (!merged->conflicts.empty()) {
      auto conflicts = std::move(merged->conflicts);
      co_return co_await conflict(item, std::move(theirs), std::move(conflicts), progress);
    }
    if (!merged->changes) co_return co_await shown(item, stop);
    auto document = std::move(merged->document);
    if (item.kind == Kind::user) {
      auto prepared = write::put_document(document);
      if (!prepared) co_return refused(Refusal::unreadable);
      document = std::move(*prepared);
    }
    auto put = co_await rest_.update(item.kind, document, stop);
    if (put) co_return co_await shown(item, stop);
    const auto& fault = put.error();
    if (fault.status == 409) continue;
    co_return co_await why(item, WriteStep::update, fault, std::move(document), stop);
  }
  auto conflicts = differences(*form, theirs);
  co_return co_await conflict(item, std::move(theirs), std::move(conflicts), progress);
}

/// Keeps both versions for a person to compare.
Task<Outcome> EditDocument::conflict(store::Item& item, std::string theirs,
                                     std::vector<write::Conflict> conflicts, Progress& progress) {
  item.content = with_conflict(item.content, theirs, conflicts);
  std::string members;
  for (const auto& each : conflicts) members += (members.empty() ? "" : ", ") + each.member;
  auto saved = co_await progress.save(item, "conflict", members);
  if (!saved) co_return unsaved(saved.error());
  auto outcome = refused(Refusal::conflict);
  outcome.text += ": " + members;
  co_return outcome;
}

Task<Outcome> RemoveDocument::attempt(store::Item& item, Progress&, std::stop_token stop) {
  for (int round = 0; round < kRounds; ++round) {
    auto now = co_await read(item, stop);
    if (!now) co_return outcome_of(WriteStep::read, now.error());
    if (!*now) co_return co_await shown(item, stop);
    auto removed = co_await rest_.remove(item.kind, item.entity, rev_of(**now), stop);
    if (removed) co_return co_await shown(item, stop);
    const auto& fault = removed.error();
    if (fault.status != 409 && fault.status != 404) {
      co_return outcome_of(WriteStep::remove, fault);
    }
  }
  co_return refused(Refusal::conflict);
}

}  // namespace icure::sync
