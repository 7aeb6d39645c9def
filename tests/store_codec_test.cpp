// store/codec, store/document_press, store/id_table and store/row_list: the pure data structures
// under the mirror.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <numeric>
#include <random>

#include "store/codec.h"
#include "store/document_press.h"
#include "store/id_table.h"
#include "store/row_list.h"

namespace icure::store {
namespace {

std::string document(int number) {
  return R"({"id":"user-)" + std::to_string(number) +
         R"(","status":"ACTIVE","roles":["BASIC_USER","BASIC_DATA_OWNER"],"login":"someone)" +
         std::to_string(number * 7919) + R"(@clinic.test","autoDelegations":{},"permissions":[]})";
}

std::string dictionary() {
  std::vector<std::string> texts;
  texts.reserve(500);
  for (int i = 0; i < 500; ++i) texts.push_back(document(i));
  const auto trained = train_dictionary({texts.begin(), texts.end()});
  EXPECT_TRUE(trained);
  return trained.value_or("");
}

TEST(CodecTest, GivesBackWhatItTook) {
  Encoder encoder;
  Decoder decoder([](std::uint32_t) { return std::nullopt; });
  std::string decoded;
  for (const auto& text : {std::string(), document(1), std::string(3'000'000, 'x'), document(2)}) {
    ASSERT_TRUE(decoder.decode(encoder.encode(Kind::user, text), decoded));
    EXPECT_EQ(decoded, text);
  }
}

TEST(CodecTest, ReadsWhatWasWrittenBeforeAndAfterADictionaryCame) {
  const auto trained = dictionary();
  Encoder encoder;
  const auto before = encoder.encode(Kind::user, document(1));
  encoder.set_dictionary(Kind::user, trained);
  const auto after = encoder.encode(Kind::user, document(1));
  EXPECT_LT(after.size() * 2, before.size());

  int loads = 0;
  Decoder decoder([&](std::uint32_t id) -> std::optional<std::string> {
    ++loads;
    EXPECT_EQ(id, dictionary_id(trained));
    return trained;
  });
  std::string decoded;
  for (const auto& frame : {before, after, before, after}) {
    ASSERT_TRUE(decoder.decode(frame, decoded));
    EXPECT_EQ(decoded, document(1));
  }
  EXPECT_EQ(loads, 1);
}

TEST(CodecTest, LearnsNothingFromTooLittle) {
  EXPECT_FALSE(train_dictionary({}));
  EXPECT_FALSE(train_dictionary({"a", "b"}));
}

TEST(CodecTest, RefusesDamagedFrames) {
  Encoder encoder;
  Decoder decoder([](std::uint32_t) { return std::nullopt; });
  const auto frame = encoder.encode(Kind::user, document(1));
  std::string decoded;
  for (std::size_t size = 0; size < frame.size(); ++size) {
    EXPECT_EQ(decoder.decode(frame.substr(0, size), decoded).error().code, Code::corrupt);
  }
  EXPECT_FALSE(decoder.decode("no frame at all", decoded));
  encoder.set_dictionary(Kind::user, dictionary());
  EXPECT_FALSE(decoder.decode(encoder.encode(Kind::user, document(1)), decoded));
}

TEST(DocumentPressTest, UsesTheDictionaryThatItMadeAndMakesNoOther) {
  std::vector<std::string> texts;
  texts.reserve(1000);
  for (int i = 0; i < 1000; ++i) texts.push_back(document(i));
  DocumentPress press(1, [](std::uint32_t) { return std::nullopt; });
  const Document one{"user-1", "1-a", texts[1]};
  const auto before = press.press(Kind::user, one);
  const auto fresh = press.learn(Kind::user, {texts.begin(), texts.end()});
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->id, dictionary_id(fresh->bytes));
  const auto after = press.press(Kind::user, one);
  ASSERT_TRUE(before && after);
  EXPECT_LT(after->frame.size() * 2, before->frame.size());
  EXPECT_FALSE(press.learn(Kind::user, {texts.begin(), texts.end()}));
}

TEST(IdTableTest, FindsWhatAMapFinds) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 chance(seed);
  IdTable table;
  std::map<std::uint64_t, std::uint64_t> expected;
  EXPECT_EQ(table.find(1), nullptr);
  table.reserve(100);
  for (int i = 0; i < 5000; ++i) {
    // Half of them crowd one end, so that probing wraps around.
    const auto id = i % 2 ? chance() : ~std::uint64_t{0} - chance() % 100'000;
    if (!expected.emplace(id, i).second) continue;
    table.insert(id).rev = static_cast<std::uint64_t>(i);
  }
  EXPECT_EQ(table.size(), expected.size());
  for (const auto& [id, rev] : expected) {
    const auto* entry = table.find(id);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->rev, rev);
    EXPECT_FALSE(entry->present);
  }
  for (int i = 0; i < 1000; ++i) {
    const auto id = chance();
    EXPECT_EQ(table.find(id) != nullptr, expected.contains(id));
  }
}

TEST(RowListTest, GivesBackItsRowsInOrder) {
  EXPECT_EQ(packed_rows({}), "");
  EXPECT_TRUE(unpacked_rows("").empty());
  const std::vector<std::int64_t> rows = {0, 1, 127, 128, 300, 1'000'000, INT64_MAX};
  EXPECT_EQ(unpacked_rows(packed_rows({300, INT64_MAX, 0, 128, 1'000'000, 127, 1})), rows);
}

TEST(RowListTest, TakesAByteARowThatFollowsAnother) {
  std::vector<std::int64_t> rows(1000);
  std::iota(rows.begin(), rows.end(), 1);
  EXPECT_EQ(packed_rows(rows).size(), 1000u);
}

TEST(RowListTest, TakesAnyBytes) {
  EXPECT_EQ(unpacked_rows(std::string(20, '\xff')).size(), 0u) << "cut off";
  EXPECT_EQ(unpacked_rows(std::string(20, '\xff') + '\x01').size(), 1u);
}

}  // namespace
}  // namespace icure::store
