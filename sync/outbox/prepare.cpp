#include "sync/outbox/prepare.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sync/outbox/document_form.h"
#include "sync/outbox/prepare_rules.h"

namespace icure::sync {
namespace {

using Json = nlohmann::json;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string text_of(const Json& json, const char* name) {
  const auto at = json.find(name);
  return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

store::Item item_of(std::string op, Kind kind, std::string entity, WallTime now) {
  store::Item item;
  item.op = std::move(op);
  item.kind = kind;
  item.entity = std::move(entity);
  item.created = now;
  return item;
}

/// What `written` names must be there first, if it is still to come.
void refer_to_named(store::Item& item, const Json& written) {
  for (const auto* link : {"healthcarePartyId", "patientId", "deviceId", "parentId"}) {
    auto entity = text_of(written, link);
    if (!entity.empty()) item.refers.push_back(std::move(entity));
  }
}

store::Item creation(std::string op, Kind kind, Json document, const Asked& asked, Random& random) {
  document["id"] = uuid4(random);
  document["created"] = asked.now.time_since_epoch().count();
  auto item = item_of(std::move(op), kind, document["id"].get<std::string>(), asked.now);
  const auto text = dumped(document);
  DocumentForm form;
  form.document = text;
  item.content = to_content(form);
  refer_to_named(item, document);
  item.overlay = store::Overlay{store::Overlay::Is::creation, text, text};
  return item;
}

/// `patch` is checked.
store::Item edit(std::string op, Kind kind, const Known& known, const Json& before,
                 const Json& patch, const Asked& asked) {
  auto item = item_of(std::move(op), kind, text_of(before, "id"), asked.now);
  DocumentForm form;
  form.patch = dumped(patch);
  form.base = known.platform;
  if (known.platform != known.document) form.shown = known.document;
  item.content = to_content(form);
  // What is created yet must come into being first; other edits stand on their own.
  if (known.platform.empty()) item.refers.push_back(item.entity);
  refer_to_named(item, patch);
  auto after = before;
  after.merge_patch(patch);
  item.overlay = store::Overlay{store::Overlay::Is::edit, dumped(patch), dumped(after)};
  return item;
}

Result<Json> known_document(const Known& known) {
  auto json = prepare::parsed(known.document);
  if (!json || text_of(*json, "id").empty()) {
    return Error{Code::corrupt, "what is known of this entity cannot be read",
                 "synchronise again: icurectl sync run --full"};
  }
  return std::move(*json);
}

Result<Done> same_rev(const Json& known, const std::optional<std::string>& rev) {
  if (!rev || text_of(known, "rev") == *rev) return Done{};
  return Error{Code::conflict, "this entity has another rev by now",
               "read it again, then make the change again"};
}

}  // namespace

Result<store::Item> prepare_user_create(std::string_view user, const Asked& asked, Random& random) {
  auto document = prepare::parsed(user, "user");
  if (!document) return document.error();
  if (auto good = prepare::check_members(*document); !good) return good.error();
  if (auto good = prepare::check_user(*document, asked.right); !good) return good.error();
  // platform: what is null is absent to it, and it needs something to log in with.
  for (auto at = document->begin(); at != document->end();) {
    at = at->is_null() ? document->erase(at) : std::next(at);
  }
  auto& login = (*document)["login"];
  for (const auto* contact : {"email", "mobilePhone"}) {
    if (login.is_null()) login = document->value(contact, Json());
  }
  if (login.is_null()) {
    return prepare::invalid("a user needs a login, an email or a mobilePhone", "add one of them");
  }
  if (!document->contains("status")) (*document)["status"] = "ACTIVE";
  return creation("user.create", Kind::user, std::move(*document), asked, random);
}

Result<store::Item> prepare_user_modify(const Known& known, std::string_view patch,
                                        const std::optional<std::string>& rev, const Asked& asked) {
  auto before = known_document(known);
  if (!before) return before.error();
  auto changes = prepare::parsed(patch, "patch");
  if (!changes) return changes.error();
  if (auto good = same_rev(*before, rev); !good) return good.error();
  if (auto good = prepare::check_members(*changes); !good) return good.error();
  if (auto good = prepare::check_user(*changes, asked.right); !good) return good.error();
  if (auto good = prepare::check_links(*changes, asked.right); !good) return good.error();
  auto item = edit("user.modify", Kind::user, known, *before, *changes, asked);
  const auto after = prepare::parsed(item.overlay->after);
  if (text_of(*after, "login").empty() && text_of(*after, "email").empty() &&
      text_of(*after, "mobilePhone").empty()) {
    return prepare::invalid("a user needs a login, an email or a mobilePhone", "leave one of them");
  }
  return item;
}

Result<store::Item> prepare_user_state(const Known& known, UserState state, const Asked& asked) {
  auto before = known_document(known);
  if (!before) return before.error();
  const bool active = state == UserState::active;
  const Json patch = {{"status", active ? "ACTIVE" : "DISABLED"}};
  return edit(active ? "user.enable" : "user.disable", Kind::user, known, *before, patch, asked);
}

Result<store::Item> prepare_user_delete(const Known& known, const Asked& asked) {
  auto before = known_document(known);
  if (!before) return before.error();
  auto item = item_of("user.delete", Kind::user, text_of(*before, "id"), asked.now);
  if (known.platform.empty()) item.refers.push_back(item.entity);
  item.content = to_content({});
  item.overlay = store::Overlay{store::Overlay::Is::removal, "{}", known.document};
  return item;
}

Result<store::Item> prepare_owner_create(Kind kind, std::string_view owner, const Asked& asked,
                                         Random& random) {
  if (kind != Kind::hcp && kind != Kind::device) {
    return prepare::invalid("only professionals (hcp) and devices are created here",
                            "create patients with software that holds the clinic's keys");
  }
  auto document = prepare::parsed(owner, "dataOwner");
  if (!document) return document.error();
  if (auto good = prepare::check_members(*document); !good) return good.error();
  if (auto good = prepare::check_owner(kind, *document); !good) return good.error();
  return creation("owner.create", kind, std::move(*document), asked, random);
}

Result<store::Item> prepare_owner_modify(Kind kind, const Known& known, std::string_view patch,
                                         const Asked& asked) {
  auto before = known_document(known);
  if (!before) return before.error();
  auto changes = prepare::parsed(patch, "patch");
  if (!changes) return changes.error();
  if (auto good = prepare::check_members(*changes); !good) return good.error();
  if (auto good = prepare::check_clear(*changes, *before, known); !good) {
    return good.error();
  }
  auto item = edit("owner.modify", kind, known, *before, *changes, asked);
  const auto after = prepare::parsed(item.overlay->after);
  if (auto good = prepare::check_owner(kind, *after); !good) return good.error();
  return item;
}

}  // namespace icure::sync
