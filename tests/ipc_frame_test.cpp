// ipc/frame.h: whole lines out of bytes in any pieces.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "ipc/frame.h"

namespace icure::ipc {
namespace {

void feed(LineBuffer& buffer, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = buffer.room();
    const auto size = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), size);
    buffer.filled(size);
    bytes.remove_prefix(size);
  }
}

std::string next(LineBuffer& buffer) {
  const auto line = buffer.next();
  return line ? std::string(line->text) : "(none)";
}

TEST(LineBufferTest, GivesLinesInOrderAndKeepsTheUnfinishedOne) {
  LineBuffer buffer(100);
  feed(buffer, "one\ntwo\r\n\nthr");
  EXPECT_EQ(next(buffer), "one");
  EXPECT_EQ(next(buffer), "two\r");
  EXPECT_EQ(next(buffer), "");
  EXPECT_EQ(next(buffer), "(none)");
  feed(buffer, "ee\n");
  EXPECT_EQ(next(buffer), "three");
}

TEST(LineBufferTest, TakesALineByteByByte) {
  LineBuffer buffer(100);
  for (const char c : std::string("{\"a\":1}\n")) {
    EXPECT_EQ(next(buffer), "(none)");
    feed(buffer, {&c, 1});
  }
  EXPECT_EQ(next(buffer), "{\"a\":1}");
}

TEST(LineBufferTest, KeepsNulBytesWithinALine) {
  LineBuffer buffer(100);
  feed(buffer, std::string("a\0b\n", 4));
  EXPECT_EQ(next(buffer), std::string("a\0b", 3));
}

TEST(LineBufferTest, TakesALineOfTheLimitAndRefusesOneByteMore) {
  LineBuffer buffer(10);
  feed(buffer, "0123456789\n");
  EXPECT_EQ(next(buffer), "0123456789");
  EXPECT_FALSE(buffer.overlong());
  feed(buffer, "0123456789a");  // refused before its end has come
  EXPECT_EQ(next(buffer), "(none)");
  EXPECT_TRUE(buffer.overlong());
}

TEST(LineBufferTest, HandsOutTheLinesBeforeOneThatIsTooLong) {
  LineBuffer buffer(10);
  feed(buffer, "short\n0123456789a\nafter\n");
  EXPECT_EQ(next(buffer), "short");
  EXPECT_EQ(next(buffer), "(none)");
  EXPECT_TRUE(buffer.overlong());
  EXPECT_EQ(next(buffer), "(none)");
}

TEST(LineBufferTest, GivesMemoryBackAfterALongLine) {
  constexpr std::size_t kLongest = 4'194'304;
  LineBuffer buffer(kLongest);
  const std::string longest(kLongest, 'x');
  feed(buffer, longest + "\nshort");
  EXPECT_EQ(next(buffer), longest);
  EXPECT_GT(buffer.capacity(), longest.size());
  EXPECT_EQ(next(buffer), "(none)");
  EXPECT_LE(buffer.capacity(), 16u * 1024);
  feed(buffer, "er\n");
  EXPECT_EQ(next(buffer), "shorter");
}

TEST(LineBufferTest, LeavesReadableBytesBehindEachLine) {
  LineBuffer buffer(1'000'000);
  for (std::size_t size = 8000; size < 8400; ++size) {
    feed(buffer, std::string(size, 'x') + "\n");
    const auto line = buffer.next();
    ASSERT_TRUE(line);
    // Under ASan a read beyond the buffer would end the test.
    volatile char last = line->text.data()[line->text.size() + kPadding - 1];
    (void)last;
  }
}

TEST(LineBufferTest, LeavesNothingOfALineThatIsWiped) {
  LineBuffer buffer(100);
  feed(buffer, "se");
  EXPECT_EQ(next(buffer), "(none)");
  feed(buffer, "cret\nnext\nunfin");
  const auto line = buffer.next();
  ASSERT_EQ(line->text, "secret");
  const auto* from = line->text.data();
  buffer.wipe_line();
  EXPECT_EQ(std::string(from, 6), std::string(6, '\0'));
  EXPECT_EQ(next(buffer), "next");
  feed(buffer, "ished\n");
  EXPECT_EQ(next(buffer), "unfinished");
}

}  // namespace
}  // namespace icure::ipc
