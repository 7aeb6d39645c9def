// sync/id_scanner.h and id_stream.h: wherever a list of ids is cut, and whatever it really is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/id_stream.h"

namespace icure::sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Scan {
  std::vector<std::string> ids;
  bool accepted = true;
  bool complete = false;
};

Scan scan(const std::vector<std::string_view>& pieces) {
  IdScanner scanner;
  Scan scan;
  for (const auto piece : pieces) {
    scan.accepted = scan.accepted && scanner.feed(piece, scan.ids);
  }
  scan.complete = scan.accepted && scanner.complete();
  return scan;
}

TEST(IdScannerTest, ReadsAListCutAnywhere) {
  const std::string text = " [ \"a-1\",\"b\\u00e9\\\"\\\\\" ,\n\"\xc3\xa9\" ] \n";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      const std::string_view all = text;
      const auto found =
          scan({all.substr(0, first), all.substr(first, second - first), all.substr(second)});
      ASSERT_TRUE(found.complete) << first << ' ' << second;
      ASSERT_THAT(found.ids, ElementsAre("a-1", "b\xc3\xa9\"\\", "\xc3\xa9"));
    }
  }
}

TEST(IdScannerTest, AnEmptyListIsAList) {
  EXPECT_TRUE(scan({"[]"}).complete);
  EXPECT_THAT(scan({"[", " ]"}).ids, IsEmpty());
}

TEST(IdScannerTest, EveryBeginningOfAListIsIncomplete) {
  const std::string text = R"(["a","b"])";
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto found = scan({std::string_view(text).substr(0, length)});
    EXPECT_TRUE(found.accepted) << length;
    EXPECT_FALSE(found.complete) << length;
  }
}

TEST(IdScannerTest, RefusesWhatIsNoListOfIds) {
  for (const auto* text : {"{}",
                           "null",
                           "7",
                           "\"a\"",
                           "[7]",
                           "[\"a\",]",
                           "[,]",
                           "[\"a\" \"b\"]",
                           "[\"a\",7]",
                           "[[\"a\"]]",
                           "[\"\"]",
                           "[\"a\"]]",
                           "[\"a\"],",
                           "[\"a\"]\"b\"",
                           "[\"a\nb\"]",
                           "[\"\\x\"]",
                           "[\"\\ud800\"]",
                           "[\"\xff\"]",
                           "<html>",
                           "]",
                           "[}",
                           "[\"a\":1]"}) {
    EXPECT_FALSE(scan({text}).accepted) << text;
  }
  EXPECT_FALSE(scan({"[\"" + std::string(1 << 20, 'a')}).accepted) << "memory is bounded";
}

TEST(IdScannerTest, TellsAWebPage) {
  IdScanner scanner;
  std::vector<std::string> ids;
  EXPECT_FALSE(scanner.feed("\n<html>", ids));
  EXPECT_TRUE(scanner.web_page());
}

TEST(IdStreamTest, MakesTheTransferRestWhileItsReaderIsSlow) {
  IdStream stream;
  ASSERT_EQ(stream.take("["), BodySink::Taken::all);
  const std::string piece = R"("0123456789-0123456789-0123456789",)";
  std::size_t given = 0;
  for (; stream.take(piece) == BodySink::Taken::all; ++given) ASSERT_LT(given, 100'000u);
  bool room = false;
  stream.wait_for_room([&] { room = true; });
  auto reading = stream.next();
  reading.start();
  ASSERT_TRUE(reading.done());
  EXPECT_EQ(reading.take().size(), given) << "what did not fit was not taken";
  EXPECT_TRUE(room);
  EXPECT_EQ(stream.take(R"("last"])"), BodySink::Taken::all);
  auto rest = stream.next();
  rest.start();
  EXPECT_THAT(rest.take(), ElementsAre("last"));
  auto end = stream.next();
  end.start();
  EXPECT_FALSE(end.done()) << "more may come";
  stream.close();
  ASSERT_TRUE(end.done());
  EXPECT_THAT(end.take(), IsEmpty());
  EXPECT_TRUE(stream.scanner().complete());
}

}  // namespace
}  // namespace icure::sync
