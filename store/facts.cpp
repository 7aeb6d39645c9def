#include "store/facts.h"

#include <simdjson.h>
#include <xxhash.h>

#include "store/digits.h"

namespace icure::store {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

/// Collects the facts of one document.
class Collector {
 public:
  Collector(object document, Facts& facts) : document_(document), facts_(facts) {}

  void user() {
    facts_.status = status();
    facts_.owner_type = owner_type();
    const auto name = text("login");
    const auto address = text("email");
    key(Key::login, name);
    key(Key::email, address);
    mail_words(name);
    if (address != name) mail_words(address);  // mostly they are the same
    phone(text("mobilePhone"));
    words(text("name"));
    identifiers("identifier");
  }

  void data_owner() {
    for (const auto* name :
         {"firstName", "lastName", "name", "companyName", "maidenName", "alias"}) {
      words(text(name));
    }
    each("names", [this](object name) {
      for (const auto* part : {"lastName", "text"}) words(text(name, part));
      for (const auto* part : {"firstNames", "prefix", "suffix"}) {
        each(name, part, [this](element each_part) { words(text(each_part)); });
      }
    });
    each("addresses", [this](object address) {
      each(address, "telecoms", [this](element item) {
        object telecom;
        if (item.get(telecom) == simdjson::SUCCESS) contact(telecom);
      });
    });
    number(Key::ssin, text("ssin"));
    for (const auto* name : {"nihii", "externalId", "serialNumber"}) {
      number(Key::identifier, text(name));
    }
    identifiers("identifier");
    identifiers("identifiers");
    std::int64_t born = 0;
    if (document_.at_key("dateOfBirth").get(born) == simdjson::SUCCESS && born > 0) {
      number(Key::date_of_birth, std::to_string(born));
    }
  }

 private:
  static std::string_view text(element value) {
    std::string_view found;
    return value.get(found) == simdjson::SUCCESS ? found : std::string_view();
  }
  static std::string_view text(object in, std::string_view name) {
    std::string_view found;
    return in.at_key(name).get(found) == simdjson::SUCCESS ? found : std::string_view();
  }
  std::string_view text(std::string_view name) const { return text(document_, name); }

  template <class Visit>
  static void each(object in, std::string_view name, Visit visit) {
    simdjson::dom::array items;
    if (in.at_key(name).get(items) != simdjson::SUCCESS) return;
    for (const element item : items) visit(item);
  }
  /// The objects of an array of the document.
  template <class Visit>
  void each(std::string_view name, Visit visit) {
    each(document_, name, [&](element item) {
      object found;
      if (item.get(found) == simdjson::SUCCESS) visit(found);
    });
  }

  UserStatus status() const {
    const auto found = text("status");
    if (found == "ACTIVE") return UserStatus::active;
    if (found == "DISABLED") return UserStatus::disabled;
    if (found == "REGISTERING") return UserStatus::registering;
    return UserStatus::any;
  }

  OwnerType owner_type() {
    auto type = OwnerType::none;
    for (const auto& [name, means] :
         {std::pair("healthcarePartyId", OwnerType::hcp),
          std::pair("patientId", OwnerType::patient), std::pair("deviceId", OwnerType::device)}) {
      const auto owner = text(name);
      if (owner.empty()) continue;
      key(Key::owner, owner);
      if (type == OwnerType::none) type = means;
    }
    return type;
  }

  void key(Key key, std::string_view value) {
    if (!value.empty()) facts_.keys.push_back({key, std::string(value)});
  }

  void words(std::string_view more) {
    if (more.empty()) return;
    facts_.words += more;
    facts_.words += ' ';
  }

  /// Domains stand in every row: as words they would find everybody and cost a thousand times
  /// the rest of the index.
  void mail_words(std::string_view address) { words(address.substr(0, address.find('@'))); }

  /// A number is searched with its country code, with the trunk 0 or with neither. Where its
  /// parts cannot be told, its last digits stand for the number without them.
  void phone(std::string_view value) {
    key(Key::phone, value);
    const auto digits = phone_digits(value);
    words(digits);
    const auto national = national_digits(value);
    words(national);
    if (!national.empty()) return;
    for (const std::size_t last : {8u, 9u, 10u}) {
      if (digits.size() > last) words(std::string_view(digits).substr(digits.size() - last));
    }
  }

  void contact(object telecom) {
    const auto value = text(telecom, "telecomNumber");
    const auto type = text(telecom, "telecomType");
    if (type == "email" || (type.empty() && value.find('@') != value.npos)) {
      key(Key::email, value);
      return mail_words(value);
    }
    if (type == "mobile" || type == "phone" || type.empty()) return phone(value);
  }

  void number(Key kind_of_number, std::string_view value) {
    key(kind_of_number, value);
    words(value);
    const auto digits = digits_of(value);
    if (digits != value) words(digits);  // 85.07.30-033.61 is searched as 850730 too
  }

  void identifiers(std::string_view name) {
    each(name, [this](object identifier) { number(Key::identifier, text(identifier, "value")); });
  }

  object document_;
  Facts& facts_;
};

}  // namespace

struct FactReader::Parser {
  simdjson::dom::parser parser;
};

FactReader::FactReader() : parser_(std::make_unique<Parser>()) {}
FactReader::~FactReader() = default;

Result<Done> FactReader::read(Kind kind, std::string_view json, Facts& facts) {
  facts.status = UserStatus::any;
  facts.owner_type = OwnerType::any;
  facts.keys.clear();
  facts.words.clear();
  object document;
  // The parser copies the text into padded memory of its own, and checks all of it: what is
  // stored here is later pasted into answers unread.
  if (parser_->parser.parse(json.data(), json.size()).get(document) != simdjson::SUCCESS) {
    return Error{Code::invalid, "a document is not a well-formed JSON object"};
  }
  Collector collector(document, facts);
  if (kind == Kind::user) {
    collector.user();
  } else {
    collector.data_owner();
  }
  return Done{};
}

std::string normalised(Key key, std::string_view value) {
  if (key == Key::phone) return phone_digits(value);
  std::string result(value);
  if (key != Key::login && key != Key::email) return result;
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::int64_t lookup_hash(std::uint64_t seed, Kind kind, Key key, std::string_view normalised) {
  const auto space =
      static_cast<std::uint64_t>(index_of(kind)) << 8 | static_cast<std::uint64_t>(key);
  const auto space_seed = XXH3_64bits_withSeed(&space, sizeof space, seed);
  return static_cast<std::int64_t>(
      XXH3_64bits_withSeed(normalised.data(), normalised.size(), space_seed));
}

std::int64_t fingerprint(std::uint64_t seed, const Facts& facts) {
  auto hash = seed + (static_cast<std::uint64_t>(facts.status) << 8 |
                      static_cast<std::uint64_t>(facts.owner_type));
  const auto add = [&hash](std::string_view bytes) {
    hash = XXH3_64bits_withSeed(bytes.data(), bytes.size(), hash);
  };
  for (const auto& [key, value] : facts.keys) {
    hash += static_cast<std::uint64_t>(key);
    add(value);
  }
  add(facts.words);
  return static_cast<std::int64_t>(hash);
}

}  // namespace icure::store
