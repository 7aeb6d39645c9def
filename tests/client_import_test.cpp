// A file of invitations: what is read of it, and what is wrong with it, line by line.
#include <gtest/gtest.h>

#include "ipc/client/import_file.h"

namespace icure::client {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows cells_of(std::string_view text) {
  Rows rows;
  for (const auto& row : parse_csv(text).rows) rows.push_back(row.cells);
  return rows;
}

TEST(CsvTest, TheSeparatorIsTheOneOfTheFirstLine) {
  EXPECT_EQ(cells_of("a,b\nc,d;e\n"), (Rows{{"a", "b"}, {"c", "d;e"}}));
  EXPECT_EQ(cells_of("a;b\r\nc;d,e\r\n"), (Rows{{"a", "b"}, {"c", "d,e"}}));
  EXPECT_EQ(cells_of("a\tb\nc\td"), (Rows{{"a", "b"}, {"c", "d"}}));
}

TEST(CsvTest, QuotesKeepSeparatorsQuotesAndLineEnds) {
  const auto csv = parse_csv("a,b\n\"x,\"\"y\"\"\nz\", w \n\n;,\nq,\n");
  ASSERT_EQ(csv.rows.size(), 4u);
  EXPECT_EQ(csv.rows[1].cells, (std::vector<std::string>{"x,\"y\"\nz", "w"}));
  EXPECT_EQ(csv.rows[3].line, 6u) << "lines are counted as an editor does";
  EXPECT_TRUE(csv.faults.empty());
}

TEST(CsvTest, WhatASpreadsheetAddsIsNoData) {
  EXPECT_EQ(cells_of("\xef\xbb\xbf"
                     "owner\r\nx\r\n,,\r\n"),
            (Rows{{"owner"}, {"x"}}));
  EXPECT_TRUE(cells_of("").empty());
}

TEST(CsvTest, FaultsAreTold) {
  EXPECT_EQ(parse_csv("a,b\nc,\"d\ne\n").faults.at(0).line, 2u);
  EXPECT_NE(parse_csv("a\n\xff\n").faults.at(0).hint.find("UTF-8"), std::string::npos);
}

TEST(ImportFileTest, ARowIsOneInvitation) {
  const auto file = parse_import(
      "Name;OWNER;contact;expires;link\nAnna;o-1;a@b.test;2026-12-01;\nBo;o-2;;;https://other\n",
      Json{{"link", "https://x"}, {"solution", "S"}, {"channel", "email"}});
  ASSERT_TRUE(file.faults.empty()) << file.faults[0].text;
  ASSERT_EQ(file.rows.size(), 2u);
  auto params = file.rows[0].params;
  params.erase("key");
  EXPECT_EQ(params, Json::parse(R"({"owner":"o-1","channel":"email","contact":"a@b.test",
      "link":"https://x","solution":"S","expires":"2026-12-01T00:00:00Z"})"));
  EXPECT_EQ(file.rows[1].params["link"], "https://other");
  EXPECT_FALSE(file.rows[1].params.contains("contact"));
}

TEST(ImportFileTest, TheSameRowHasTheSameKeyWhereverItStands) {
  const Json otherwise = {{"link", "https://x"}, {"solution", "S"}};
  const auto key = [&](const char* text, std::size_t row) {
    return parse_import(text, otherwise).rows.at(row).params["key"].get<std::string>();
  };
  const auto first = key("owner,contact\no-1,a@b.test\n", 0);
  EXPECT_EQ(key("name,contact,owner\nZoe,z@b.test,o-0\nAnna, a@b.test,o-1\n", 1), first);
  EXPECT_NE(key("owner,contact\no-1,c@b.test\n", 0), first);
  EXPECT_NE(key("owner,contact\no-2,a@b.test\n", 0), first);
}

TEST(ImportFileTest, EveryFaultyLineIsListed) {
  const auto file = parse_import(
      "owner,link,solution\no-1,https://x,S\n,https://x,S\no-2,,S\no-1,https://x,S\n"
      "o-3,https://x,S,more\no-4,https://x,\n",
      Json::object());
  std::vector<std::size_t> lines;
  for (const auto& fault : file.faults) {
    lines.push_back(fault.line);
    EXPECT_FALSE(fault.hint.empty()) << fault.text;
  }
  EXPECT_EQ(lines, (std::vector<std::size_t>{3, 4, 5, 6, 7}));
  EXPECT_EQ(file.rows.size(), 1u);
}

TEST(ImportFileTest, ColumnsAreCheckedBeforeRows) {
  const auto fault = [](const char* text) {
    return parse_import(text, Json::object()).faults.at(0);
  };
  EXPECT_NE(fault("owner,chanel\no-1,sms\n").hint.find("\"channel\""), std::string::npos);
  EXPECT_NE(fault("owner,owner\n").text.find("twice"), std::string::npos);
  EXPECT_NE(fault("").text.find("empty"), std::string::npos);
}

}  // namespace
}  // namespace icure::client
