// Searching the mirror: what people type, in many scripts, and what attackers type.
#include <random>

#include "store/search_query.h"
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class SearchTest : public StoreTest {
 protected:
  void SetUp() override { open(); }

  void user(const std::string& id, const std::string& members) {
    apply(Page().add(id, "1-x", "{" + members + "}"));
  }
  std::vector<std::string> found(const std::string& text, Kind kind = Kind::user) {
    auto rows = reader().search(kind, text, 100);
    EXPECT_TRUE(rows) << "\"" << text << "\": " << rows.error().message;
    return ids(rows);
  }
};

TEST_F(SearchTest, FindsAnyWordByItsBeginning) {
  user("a", R"("name":"Amélie De Smet","login":"amelie.ds@clinic.test")");
  user("b", R"("name":"Bram Smets")");
  for (const auto* text : {"a", "am", "AMÉLIE", "amelie", "de sm", "smet  amé", "ds"}) {
    EXPECT_THAT(found(text), testing::Contains("a")) << text;
  }
  EXPECT_THAT(found("smet"), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(found("smets"), ElementsAre("b"));
  EXPECT_THAT(found("smet bram"), ElementsAre("b"));
  EXPECT_THAT(found("melie"), IsEmpty()) << "only beginnings count";
}

TEST_F(SearchTest, FindsPrefixesOfEveryLength) {
  const std::string name = "wolfeschlegelstein";
  user("a", R"("name":")" + name + "\"");
  for (std::size_t size = 1; size <= name.size(); ++size) {
    EXPECT_THAT(found(name.substr(0, size)), ElementsAre("a")) << size;
  }
  EXPECT_THAT(found(name + "x"), IsEmpty());
}

TEST_F(SearchTest, FindsNamesInManyScripts) {
  user("greek", R"("name":"Ελένη Παπαδοπούλου")");
  user("cyrillic", R"("name":"Владимир Ёлкин")");
  user("arabic", R"("name":"محمد علي")");
  user("hebrew", R"("name":"רחל כהן")");
  user("chinese", R"("name":"王小明")");
  user("turkish", R"("name":"İbrahim Şahin")");
  user("german", R"("name":"Jürgen Großmann")");
  EXPECT_THAT(found("ΕΛΈΝΗ παπα"), ElementsAre("greek"));  // but Greek accents are kept
  EXPECT_THAT(found("владим"), ElementsAre("cyrillic"));
  EXPECT_THAT(found("محم"), ElementsAre("arabic"));
  EXPECT_THAT(found("כהן"), ElementsAre("hebrew"));
  EXPECT_THAT(found("王小"), ElementsAre("chinese"));
  EXPECT_THAT(found("sahin"), ElementsAre("turkish"));
  EXPECT_THAT(found("jurgen großm"), ElementsAre("german"));
}

TEST_F(SearchTest, FindsPhonesHoweverTheyAreWritten) {
  user("international", R"("mobilePhone":"+32475123456")");
  user("national", R"("mobilePhone":"0475123499")");
  user("bare", R"("mobilePhone":"32475123477")");
  for (const auto* text : {"+32 475 12 34 56", "0032475123456", "0475/12.34.56", "475123456",
                           "(0475) 123-456", "+32 (0)475 123456"}) {
    EXPECT_THAT(found(text), ElementsAre("international")) << text;
  }
  EXPECT_THAT(found("0475"), UnorderedElementsAre("international", "national", "bare"));
  EXPECT_THAT(found("475"), UnorderedElementsAre("international", "national", "bare"));
  EXPECT_THAT(found("324"), UnorderedElementsAre("international", "bare"));
  EXPECT_THAT(found("123"), IsEmpty());
}

TEST_F(SearchTest, FindsNumbersOfDataOwners) {
  apply(
      Page().add("p", "1-x", R"({"ssin":"85.07.30-033.61","dateOfBirth":19850730,"lastName":"Maes",
                                   "identifier":[{"value":"0012-AB"}]})"),
      Kind::patient);
  for (const auto* text :
       {"850730", "85.07.30", "1985", "1985-07-30", "0012", "0012-ab", "maes 1985"}) {
    EXPECT_THAT(found(text, Kind::patient), ElementsAre("p")) << text;
  }
  EXPECT_THAT(found("1986", Kind::patient), IsEmpty());
}

TEST_F(SearchTest, FindsAddressesByTheirBeginning) {
  user("a", R"("login":"Jan.Maes@clinic.test")");
  user("b", R"("email":"jan.maes@home.test")");
  EXPECT_THAT(found("jan.maes"), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(found("jan.maes@"), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(found("JAN.MAES@cl"), ElementsAre("a"));
  EXPECT_THAT(found("jan.maes@home.test"), ElementsAre("b"));
  EXPECT_THAT(found("maes@home.test"), IsEmpty());
  EXPECT_THAT(found("@home.test"), IsEmpty());
  EXPECT_THAT(found("home"), IsEmpty()) << "domains are no words";
}

TEST_F(SearchTest, GivesNoMoreThanAskedFor) {
  for (int i = 0; i < 20; ++i) user("u" + std::to_string(i), R"("name":"Smith")");
  EXPECT_EQ(reader().search(Kind::user, "smi", 7)->size(), 7u);
  EXPECT_EQ(reader().search(Kind::user, "smi", 0)->size(), 0u);
}

TEST_F(SearchTest, NeverMakesASyntaxError) {
  user("a", R"("name":"Ann","login":"ann and or not near")");
  for (const auto* text : {"",          " ",           "\"",        "'",
                           "\"\"",      "\"ann",       "ann\"",     "*",
                           "ann*",      "a* OR b*",    "(",         ")",
                           "()",        "((ann",       "-",         "-ann",
                           "^ann",      "ann AND",     "AND",       "OR",
                           "NOT",       "NEAR",        "NEAR(a b)", "NOT ann",
                           "words:ann", "words : ann", "{words}:a", "a+b",
                           "ann + bob", ":",           "ann;",      "; DROP TABLE user",
                           "%",         "_",           "\\",        "\x01",
                           "\xff\xfe",  "\xc3",        "?1",        "@",
                           "@@",        "a@",          "@a",        "…",
                           "۱۲۳",       "½",           "🙂",      "a\tb\nc",
                           "--",        "/*",          "1",         "12",
                           "+",         "+3",          "00",        "000",
                           "0000"}) {
    found(text);
  }
  EXPECT_THAT(found("AND ann NOT"), ElementsAre("a"));
  EXPECT_THAT(found("ann \"*:^()"), ElementsAre("a"));
  EXPECT_THAT(found("x OR ann"), IsEmpty());
  EXPECT_THAT(found(std::string("ann\0bob", 7)), IsEmpty());
  EXPECT_THAT(found("!?"), IsEmpty());
}

TEST_F(SearchTest, SurvivesAnyBytes) {
  user("a", R"("name":"Ann")");
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 chance(seed);
  for (int i = 0; i < 2000; ++i) {
    std::string text(chance() % 40, '\0');
    for (auto& c : text)
      c = chance() % 3 ? "\"*()-:^{}+ANDORT 019@é"[chance() % 23] : static_cast<char>(chance());
    found(text);
  }
  found(std::string(100'000, 'a'));
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "word" + std::to_string(i) + " ";
  EXPECT_THAT(found(many), IsEmpty());
}

// A folded word goes through the tokenizer a second time inside the index: it must come out as one.
TEST_F(SearchTest, FoldsEveryLetterOnceAndForAll) {
  close();
  auto db = raw("mirror.db");
  const Tokenizer tokenizer(db);
  for (char32_t c = 0x80; c < 0x30000; ++c) {
    if (c >= 0xd800 && c < 0xe000) continue;
    std::string text;
    if (c < 0x800) {
      text = {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
    } else if (c < 0x10000) {
      text = {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)),
              static_cast<char>(0x80 | (c & 63))};
    } else {
      text = {static_cast<char>(0xf0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 63)),
              static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
    }
    std::vector<std::string> once;
    tokenizer.split("a" + text + "b", once);
    for (const auto& word : once) {
      std::vector<std::string> twice;
      tokenizer.split(word, twice);
      ASSERT_THAT(twice, ElementsAre(word)) << std::hex << static_cast<unsigned>(c);
    }
  }
}

}  // namespace
}  // namespace icure::store
