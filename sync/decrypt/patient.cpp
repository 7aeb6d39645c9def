#include "sync/decrypt/patient.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "sync/decrypt/encoding.h"
#include "sync/decrypt/entity_keys.h"
#include "sync/decrypt/metadata.h"
#include "sync/decrypt/outline.h"

namespace icure::sync::decrypt {
namespace {

namespace od = simdjson::ondemand;

/// A change of the text: what stands from `begin` to `end` gives way to the member of a part.
struct Edit {
  const char* begin;
  const char* end;  // the same: the member is new in its object
  Member member;
  std::size_t part;
};

std::string_view value_of(const std::vector<Member>& members, std::string_view name) {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const auto& member) { return member.name == name; });
  return found == members.end() ? std::string_view() : found->value;
}

/// Whether this is the path of a member that was replaced, or of something that was in it.
bool is_inside(std::string_view path, std::string_view replaced) {
  return path.starts_with(replaced) &&
         (path.size() == replaced.size() || path[replaced.size()] == '/');
}

}  // namespace

struct PatientReader::Work {
  explicit Work(const ExchangeKeys& exchange) : opener(exchange) {}

  bool read_text(std::string_view document) {
    assign(text, document);
    pad(text);
    return read_outline(parser, as_text(text), outline);
  }

  void find_keys();
  bool open(std::string_view sealed, Bytes& plain);
  void lay_over(std::size_t part, Bytes& plain);
  std::string apply(std::vector<std::string>& members);

  DelegationOpener opener;
  // Each owns what was unescaped:
  od::parser parser;         // in `outline`
  od::parser part_parser;    // in `inner`
  od::parser legacy_parser;  // in `delegations`
  od::parser secure_parser;  // in `secure`

  Bytes text;
  Outline outline;
  std::vector<Delegation> delegations;
  SecureDelegations secure;
  std::vector<AesKey> keys;
  std::size_t met = 0;  // delegations that a key at hand belongs to

  Bytes sealed;
  Outline inner;
  std::vector<Bytes> plains;  // of the opened parts; the edits point into them
  std::vector<std::string> names;
  std::vector<Edit> edits;
};

void PatientReader::Work::find_keys() {
  const auto& root = outline.root_members;
  read_delegations(legacy_parser, value_of(root, "encryptionKeys"), delegations);
  read_security_metadata(secure_parser, value_of(root, "securityMetadata"), secure);
  // Platform: very old entities have no keys of their own; the secret ids took their place.
  if (delegations.empty() && secure.encryption_keys.empty()) {
    read_delegations(legacy_parser, value_of(root, "delegations"), delegations);
  }
  keys.clear();
  met = opener.open_keys(delegations, keys) + opener.open_keys(secure.encryption_keys, keys);
}

/// A merge or a new share leaves several keys on one entity: any may be the right one.
bool PatientReader::Work::open(std::string_view text_of_part, Bytes& plain) {
  if (keys.empty() || !decode_base64(text_of_part, sealed)) return false;
  const auto right = std::find_if(keys.begin(), keys.end(), [&](const AesKey& key) {
    if (!opener.cipher().decrypt(key, sealed, plain)) return false;
    pad(plain);
    return read_outline(part_parser, as_text(plain), inner);
  });
  if (right == keys.end()) return false;
  std::iter_swap(keys.begin(), right);  // most likely right for the next part too
  return true;
}

/// Notes what the members of an opened part replace or add.
void PatientReader::Work::lay_over(std::size_t at, Bytes& plain) {
  const auto& part = outline.parts[at];
  const auto old = std::span(outline.members).subspan(part.first, part.count);
  for (const auto& member : inner.root_members) {
    const auto same = std::find_if(old.begin(), old.end(), [&](const auto& candidate) {
      return candidate.name == member.name;
    });
    auto& name = names.emplace_back(part.path + '/');
    append_escaped(name, member.name);
    const char* begin = same == old.end() ? part.close : same->value.data();
    const char* end = same == old.end() ? part.close : begin + same->value.size();
    edits.push_back({begin, end, {{}, member.raw_name, member.value}, names.size() - 1});
  }
  plains.push_back(std::move(plain));
}

std::string PatientReader::Work::apply(std::vector<std::string>& members) {
  std::stable_sort(edits.begin(), edits.end(),
                   [](const Edit& one, const Edit& two) { return one.begin < two.begin; });
  std::size_t size = text.size();
  for (const auto& edit : edits) size += edit.member.raw_name.size() + edit.member.value.size() + 2;
  std::string merged;
  merged.reserve(size);
  const char* from = as_text(text).data();
  for (const auto& edit : edits) {
    if (edit.begin < from) continue;  // inside a value that an outer part replaced
    merged.append(from, edit.begin);
    if (edit.begin == edit.end) {
      // Never the object's first member: encryptedSelf is there.
      merged.append(",").append(edit.member.raw_name).append(":");
    }
    merged.append(edit.member.value);
    from = edit.end;
    members.push_back(std::move(names[edit.part]));
  }
  const auto whole = as_text(text);
  return merged.append(from, whole.data() + whole.size());
}

PatientReader::PatientReader(const ExchangeKeys& exchange)
    : work_(std::make_unique<Work>(exchange)) {}
PatientReader::~PatientReader() = default;

Result<DecryptedPatient> PatientReader::read(std::string_view document) {
  auto& work = *work_;
  work.plains.clear();
  work.names.clear();
  work.edits.clear();
  if (!work.read_text(document)) {
    return Error{Code::corrupt, "the patient's document cannot be read", "synchronise again"};
  }
  DecryptedPatient patient;
  if (work.outline.parts.empty()) {
    patient.document = document;
    return patient;
  }
  work.find_keys();
  for (std::size_t at = 0; at < work.outline.parts.size(); ++at) {
    const auto& part = work.outline.parts[at];
    Bytes plain;
    if (work.open(part.sealed, plain)) {
      work.lay_over(at, plain);
    } else {
      patient.unread.push_back({part.path, work.met ? Unread::damaged : Unread::not_shared});
    }
  }
  patient.document = work.apply(patient.members);
  std::erase_if(patient.unread, [&](const UnreadPart& part) {
    return std::any_of(patient.members.begin(), patient.members.end(),
                       [&](const auto& member) { return is_inside(part.path, member); });
  });
  return patient;
}

Result<std::vector<std::string>> PatientReader::secret_ids(std::string_view document) {
  auto& work = *work_;
  if (!work.read_text(document)) {
    return Error{Code::corrupt, "the patient's document cannot be read", "synchronise again"};
  }
  const auto& root = work.outline.root_members;
  read_delegations(work.legacy_parser, value_of(root, "delegations"), work.delegations);
  read_security_metadata(work.secure_parser, value_of(root, "securityMetadata"), work.secure);
  std::vector<std::string> ids;
  work.opener.open_ids(work.delegations, ids);
  work.opener.open_ids(work.secure.secret_ids, ids);
  return ids;
}

Result<DecryptedPatient> decrypt_patient(std::string_view document, const ExchangeKeys& exchange) {
  return PatientReader(exchange).read(document);
}

std::string describe(const UnreadPart& part) {
  const std::string where = part.path.empty() ? "the record" : part.path;
  if (part.reason == Unread::not_shared) {
    return where + ": not shared with any key that was imported here";
  }
  return where + ": shared with a key that was imported here, but damaged or not yet synchronised";
}

}  // namespace icure::sync::decrypt
