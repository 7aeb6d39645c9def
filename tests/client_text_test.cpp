// What icurectl shows: widths, tables, times, words, and nothing a terminal would obey.
#include <gtest/gtest.h>

#include <sstream>

#include "ipc/client/suggest.h"
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"
#include "ipc/client/when.h"

namespace icure::client {
namespace {

TEST(TextTest, NothingThatATerminalObeysPasses) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a?[31mb");
  EXPECT_EQ(printable("a\nb\tc\r"), "a b c?");
  EXPECT_EQ(printable("a\x7f"), "a?");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "?31m");  // CSI as one character
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a?b");  // right-to-left override
  EXPECT_EQ(printable("a\xff"
                      "b"),
            "a\xef\xbf\xbd"
            "b");  // not UTF-8
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a?b");
  EXPECT_EQ(printable("Zoë 王 €"), "Zoë 王 €");
}

TEST(TextTest, JsonKeepsItsMeaning) {
  const std::string json = "{\"a\":\"x\xc2\x9b\x7f\xe2\x80\xae é\"}";
  const auto shown = printable_json(json);
  EXPECT_EQ(shown, "{\"a\":\"x\\u009b\\u007f\\u202e é\"}");
  EXPECT_EQ(Json::parse(shown), Json::parse(json));
}

TEST(TextTest, WidthIsOfColumnsNotOfBytes) {
  EXPECT_EQ(display_width("Zoë"), 3u);
  EXPECT_EQ(display_width("王"), 2u);
  EXPECT_EQ(display_width("e\xcc\x81"), 1u);  // combining accent
  EXPECT_EQ(padded("Zoë", 5), "Zoë  ");
  EXPECT_EQ(cut("Zoë Müller", 5), "Zoë …");
  EXPECT_EQ(cut("王王王", 4), "王…");
  EXPECT_EQ(cut("Zoë", 3), "Zoë");
}

class TableTest : public ::testing::Test {
 protected:
  std::ostringstream out, err;
  Screen screen{out, err};
};

TEST_F(TableTest, ColumnsAlignByDisplayWidth) {
  Table table({{"NAME"}, {"ID"}});
  table.add({"Zoë", "1"});
  table.add({"王小明", "2"});
  EXPECT_EQ(table.text(screen),
            "NAME    ID\n"
            "Zoë     1\n"
            "王小明  2\n");
}

TEST_F(TableTest, ANarrowTerminalCutsTheWidestColumnsAndNeverIds) {
  Table table({{"ID", Shrink::no}, {"NAME"}});
  table.add({"0123456789", "a very long name"});
  screen.width = 20;
  EXPECT_EQ(table.text(screen),
            "ID          NAME\n"
            "0123456789  a very …\n");
  screen.width = 5;
  EXPECT_NE(table.text(screen).find("0123456789"), std::string::npos);
}

TEST_F(TableTest, CellsCannotBreakTheirRow) {
  Table table({{"NAME"}});
  table.add({"a\nb\x1b[2J"});
  EXPECT_EQ(table.text(screen), "NAME\na b?[2J\n");
}

TEST_F(TableTest, ColoursOnlyWhereTheyWereAskedFor) {
  Table table({{"NAME"}});
  EXPECT_EQ(table.text(screen), "NAME\n");
  screen.colours = true;
  EXPECT_EQ(table.text(screen), "\x1b[1mNAME\x1b[0m\n");
}

TEST(WhenTest, TimesAreReadAndSaidInWords) {
  const auto at = parse_rfc3339("2026-11-23T09:00:00.000Z");
  ASSERT_TRUE(at);
  EXPECT_EQ(rfc3339(*at), "2026-11-23T09:00:00.000Z");
  EXPECT_EQ(time_words("2026-11-23T09:00:00.000Z", *at + Millis(42'000)),
            "2026-11-23 09:00:00Z (42 s ago)");
  EXPECT_EQ(time_words("2026-11-23T09:00:00.000Z", *at - std::chrono::minutes(200)),
            "2026-11-23 09:00:00Z (in 3 h 20 min)");
  EXPECT_EQ(span_words(std::chrono::hours(52)), "2 d 4 h");
  EXPECT_EQ(span_words(std::chrono::minutes(5)), "5 min");
  EXPECT_EQ(time_words("yesterday", {}), "yesterday");
}

TEST(SuggestTest, FindsSlipsAndLeavesOtherWordsAlone) {
  const std::vector<std::string> known = {"status", "user", "owner", "sync"};
  EXPECT_EQ(nearest("usr", known), "user");
  EXPECT_EQ(nearest("usre", known), "user");
  EXPECT_EQ(nearest("stat", known), "status");
  EXPECT_EQ(nearest("onwer", known), "owner");
  EXPECT_EQ(nearest("snyc", known), "sync");
  EXPECT_EQ(nearest("banana", known), "");
  EXPECT_EQ(nearest("", known), "");
}

class StatusViewTest : public TableTest {
 protected:
  std::string show(const char* json) {
    screen.now = *parse_rfc3339("2026-11-23T09:10:00.000Z");
    return status_view(Json::parse(json), screen);
  }
};

TEST_F(StatusViewTest, TellsWhatWorksSinceWhenAndWhatHelps) {
  EXPECT_EQ(show(R"({"state":"offline","cause":"dns","since":"2026-11-23T09:00:00.000Z",
      "version":"0.1.0","mirror":{
        "user":{"count":1200,"as_of":"2026-11-23T08:10:00.000Z","complete":true},
        "patient":{"count":30,"complete":false,"progress":300}},
      "live":{"user":"open","patient":"waiting"},
      "outbox":{"queued":2,"blocked":0,"oldest":"2026-11-23T05:10:00.000Z"},
      "braked":[{"id":"b-1","kind":"user","deletes":30,"disables":1,"hides":0,
                 "since":"2026-11-23T08:00:00.000Z"}],
      "next_sync":"2026-11-23T09:10:20.000Z",
      "warnings":[{"code":"dns","text":"the name cannot be resolved","hint":"check the DNS"}]})"),
            "icure-syncd 0.1.0: offline (dns), the platform cannot be used; reads are answered "
            "from the mirror\n"
            "since 2026-11-23 09:00:00Z (10 min ago)\n"
            "\n"
            "KIND     COUNT  AS OF                           COMPLETE\n"
            "user     1200   2026-11-23 08:10:00Z (1 h ago)  yes\n"
            "patient  30     never checked                   no, 300 seen in this run\n"
            "\n"
            "next sync: 2026-11-23 09:10:20Z (in 20 s)\n"
            "live: user open, patient waiting\n"
            "outbox: 2 queued; oldest 2026-11-23 05:10:00Z (4 h ago)\n"
            "held back: 30 deletions, 0 hidings, 1 disablings of user, since 2026-11-23 08:00:00Z "
            "(1 h 10 "
            "min ago)\n"
            "  look at it, then: icurectl sync approve b-1 apply, or discard\n"
            "warning: the name cannot be resolved\n"
            "  check the DNS\n");
}

TEST_F(StatusViewTest, AShapeThatIsNotKnownIsNoFault) {
  EXPECT_NE(show("{}").find("icure-syncd"), std::string::npos);
  EXPECT_NE(show(R"({"state":7,"mirror":[1],"outbox":null,"warnings":{"a":1}})").find('7'),
            std::string::npos);
}

TEST_F(StatusViewTest, RunsAreALineEach) {
  screen.now = *parse_rfc3339("2026-11-23T09:10:00.000Z");
  const auto runs = Json::parse(R"({"rows":[
      {"id":"r2","trigger":"reconnect","full":true,"started":"2026-11-23T09:00:00.000Z",
       "state":"failed","cause":"dns","requests":1,"bytes":0,"kinds":{}},
      {"id":"r1","trigger":"start","full":false,"started":"2026-11-23T08:10:00.000Z",
       "finished":"2026-11-23T08:10:03.000Z","state":"done","requests":12,"bytes":9,"kinds":{
         "user":{"seen":9,"added":2,"changed":1,"deleted":0,"held":0},
         "hcp":{"seen":9,"added":1,"changed":0,"deleted":0,"held":4}}}]})");
  EXPECT_EQ(runs_view(runs, screen),
            "STARTED                            TOOK  WHY        WHAT   STATE        REQUESTS  "
            "CHANGES\n"
            "2026-11-23 09:00:00Z (10 min ago)        reconnect  full   failed, dns  1         "
            "nothing\n"
            "2026-11-23 08:10:00Z (1 h ago)     3 s   start      quick  done         12        "
            "3 added, 1 changed, 4 held\n");
  EXPECT_EQ(runs_view(Json::parse(R"({"rows":[]})"), screen), "No runs yet.\n");
}

}  // namespace
}  // namespace icure::client
