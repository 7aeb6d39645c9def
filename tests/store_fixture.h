// A store in a directory of the test's own, and short ways to fill and read it.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "store/keys.h"
#include "store/open.h"
#include "store/sqlite.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace icure::store {

inline constexpr std::string_view kStoreKey =
    "7777777777777777777777777777777777777777777777777777777777777777";

/// When the sweeps of these tests begin.
inline constexpr WallTime kStart{Millis(1'790'000'000'000)};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Documents with owned text, and the views of them that apply() takes.
class Page {
 public:
  Page& add(std::string id, std::string rev, std::string json) {
    texts_.push_back({std::move(id), std::move(rev), std::move(json)});
    return *this;
  }
  /// A user whose login is `name`@clinic.test.
  Page& user(const std::string& id, const std::string& rev, const std::string& name) {
    return add(id, rev,
               R"({"id":")" + id + R"(","rev":")" + rev + R"(","status":"ACTIVE","login":")" +
                   name + R"(@clinic.test","name":")" + name + R"("})");
  }
  std::vector<Document> documents() const {
    std::vector<Document> views;
    for (const auto& text : texts_) views.push_back({text.id, text.rev, text.json});
    return views;
  }

 private:
  std::vector<Row> texts_;
};

class StoreTest : public testing::Test {
 protected:
  std::string path() const { return dir_.path() / "store"; }
  std::string path(const std::string& name) const { return dir_.path() / "store" / name; }

  Result<std::unique_ptr<Stores>> try_open(const std::string& platform = "grp-blue",
                                           std::string_view key = kStoreKey) {
    auto secret = parse_store_key(key);
    const Options options{path(), *secret, platform, random_, clock_};
    return open_stores(options);
  }
  void open() {
    reader_.reset();
    stores_.reset();
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().message;
    stores_ = std::move(*opened);
  }
  void close() {
    reader_.reset();
    stores_.reset();
  }

  MirrorWriter& writer() { return stores_->mirror(); }
  /// A reader that sees everything committed until now.
  MirrorReader& reader() {
    if (!reader_) {
      auto opened = stores_->open_reader(1 << 20);
      EXPECT_TRUE(opened) << opened.error().message;
      reader_ = std::move(*opened);
    }
    reader_->end_turn();
    return *reader_;
  }

  /// One request and its answer, at once; outside a sweep it is committed at once.
  Applied apply(const Page& page, Kind kind = Kind::user) {
    const auto asked = ++order_;
    auto applied = writer().apply(kind, page.documents(), asked, ++order_, std::nullopt);
    EXPECT_TRUE(applied) << applied.error().message;
    return applied ? *applied : Applied{};
  }

  /// The database itself, for looking underneath; the store must be closed.
  SQLite::Database raw(const std::string& name) {
    std::vector<std::string> warnings;
    auto keys = open_keys(path(), *parse_store_key(kStoreKey), warnings);
    return open_database(path(name), keys->of_database(name), {});
  }

  static std::vector<std::string> ids(const Result<std::vector<Row>>& rows) {
    EXPECT_TRUE(rows) << rows.error().message;
    std::vector<std::string> found;
    if (rows) {
      for (const auto& row : *rows) found.push_back(row.id);
    }
    return found;
  }

  support::TempDir dir_;
  fakes::MiddleRandom random_;
  fakes::FakeClock clock_;
  std::unique_ptr<Stores> stores_;
  std::unique_ptr<MirrorReader> reader_;
  Order order_ = 0;
};

}  // namespace icure::store
