// sync/write/template.h, message.h and link.h: what an invited person gets to read, also with
// names that were made to do harm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/write/link.h"
#include "sync/write/message.h"

namespace icure::sync::write {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Values values() {
  return {.patient = {"Ines", "Duarte"},
          .inviter = {"Luz", "Vega"},
          .solution = "BlueCare",
          .link = "https://app.example.test/?a=1&b=2",
          .login = "ines@mail.test",
          .token = Secret("q7Zr2mK9wT4xV8bN1cL6sD3f")};
}

std::string filled(std::string_view text, const Values& with, Escape escape = Escape::none) {
  auto made = Template::parse(text);
  return made ? made->fill(with, escape) : made.error().message;
}

TEST(TemplateTest, PutsEachValueInItsPlace) {
  EXPECT_EQ(
      filled("{patient.firstName} {patient.lastName}, {inviter.firstName} {inviter.lastName}, "
             "{solution}, {link}, {login}, {token}.",
             values()),
      "Ines Duarte, Luz Vega, BlueCare, https://app.example.test/?a=1&b=2, ines@mail.test, "
      "q7Zr2mK9wT4xV8bN1cL6sD3f.");
}

TEST(TemplateTest, KeepsBracesThatAreWrittenTwiceOrClose) {
  EXPECT_EQ(filled("p {{ color: red } {{{login}} }}", values()),
            "p { color: red } {ines@mail.test} }}");
  EXPECT_EQ(filled("", values()), "");
  EXPECT_EQ(filled("}", values()), "}");
  EXPECT_EQ(filled("{{", values()), "{");
}

TEST(TemplateTest, SaysSomethingElseWhereAValueIsEmpty) {
  auto nameless = values();
  nameless.patient.first = " \n ";
  EXPECT_EQ(filled("Hello {patient.firstName|friend}!", nameless), "Hello friend!");
  EXPECT_EQ(filled("Hello {patient.firstName|friend}!", values()), "Hello Ines!");
  EXPECT_EQ(filled("Hello {patient.firstName}!", nameless), "Hello !");
  EXPECT_EQ(filled("{patient.firstName|<b>a|b</b>}", nameless, Escape::html), "<b>a|b</b>");
}

TEST(TemplateTest, NamesWhatIsWrongAndItsLine) {
  const auto error = [](std::string_view text, std::size_t first_line = 1) {
    auto made = Template::parse(text, first_line);
    if (made) return std::string("no error");
    EXPECT_EQ(made.error().code, Code::invalid);
    EXPECT_FALSE(made.error().hint.empty());
    return made.error().message;
  };
  EXPECT_EQ(error("a\n{login}\n{patient.fistName}"),
            "line 3 of the template: there is no placeholder {patient.fistName}");
  EXPECT_EQ(error("{Login}"), "line 1 of the template: there is no placeholder {Login}");
  EXPECT_EQ(error("{ login }"), "line 1 of the template: there is no placeholder { login }");
  EXPECT_EQ(error("{}"), "line 1 of the template: there is no placeholder {}");
  EXPECT_EQ(error("{|x}"), "line 1 of the template: there is no placeholder {}");
  EXPECT_EQ(error("a\n\n{login", 10),
            "line 12 of the template: the placeholder {login is not closed");
  EXPECT_EQ(error("p {\n color: red }"), "line 1 of the template: the placeholder { is not closed");
  EXPECT_EQ(error("{\x1b[2J\xc3\xa9}"), "line 1 of the template: there is no placeholder {?[2J??}");
  EXPECT_LT(error("{" + std::string(1000, 'x') + "}").size(), 120u);
  EXPECT_EQ(error("caf\xe9"), "the template is not UTF-8");
  EXPECT_EQ(error(std::string((64 << 10) + 1, 'x')), "the template is larger than 64 KiB");
}

TEST(TemplateTest, EscapesEveryValueInHtml) {
  Values hostile = values();
  hostile.patient = {R"(<script>alert("1")</script>)", "O'Neil & \"Sons\""};
  hostile.inviter = {"{token}", "<b>"};
  hostile.solution = "a<b>c";
  hostile.link = "https://x.test/?a=1&b='2'";
  hostile.login = "a&b@x.test";
  hostile.token = Secret("<&>\"'");
  EXPECT_EQ(filled("{patient.firstName}", hostile, Escape::html),
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
  EXPECT_EQ(filled("{patient.lastName}", hostile, Escape::html),
            "O&#39;Neil &amp; &quot;Sons&quot;");
  // A value is never read as a template.
  EXPECT_EQ(filled("{inviter.firstName}{inviter.lastName}", hostile, Escape::html),
            "{token}&lt;b&gt;");
  EXPECT_EQ(filled("{solution} {link} {login} {token}", hostile, Escape::html),
            "a&lt;b&gt;c https://x.test/?a=1&amp;b=&#39;2&#39; a&amp;b@x.test "
            "&lt;&amp;&gt;&quot;&#39;");
}

TEST(TemplateTest, PutsEveryValueOnOneLine) {
  Values hostile = values();
  hostile.patient.first = "\r\nInes\r\n\r\nBcc: all@x.test\t\x1b[2J\x7f";
  hostile.patient.last = std::string("a\0b", 3) + "\u0085c\u2028d\u2029e\u00e9";
  EXPECT_EQ(filled("[{patient.firstName}]", hostile), "[Ines Bcc: all@x.test [2J]");
  EXPECT_EQ(filled("[{patient.lastName}]", hostile, Escape::html), "[a b c d e\u00e9]");
}

TEST(TemplateTest, CutsNamesButNeverALinkOrAToken) {
  Values longer = values();
  longer.patient.first.clear();
  for (int i = 0; i < 100; ++i) longer.patient.first += "\u00e9";
  longer.link = "https://app.example.test/" + std::string(200, 'x');
  longer.token = Secret(std::string(100, 't'));
  EXPECT_EQ(filled("{patient.firstName}", longer), longer.patient.first.substr(0, 160));
  EXPECT_EQ(filled("{link}", longer), longer.link);
  EXPECT_EQ(filled("{token}", longer), std::string(100, 't'));
  longer.patient.first = std::string(1000, '<');
  EXPECT_EQ(filled("{patient.firstName}", longer, Escape::html).size(), 80u * 4);
}

TEST(MessageTest, HasWordsOfItsOwn) {
  const auto email = EmailTemplate::built_in().fill(values());
  EXPECT_EQ(email.subject, "Your access to BlueCare");
  for (const auto* part : {"Ines", "Vega", "BlueCare", "ines@mail.test", "q7Zr2mK9wT4xV8bN1cL6sD3f",
                           R"(<a href="https://app.example.test/?a=1&amp;b=2">)"}) {
    EXPECT_THAT(email.html, HasSubstr(part));
  }
  EXPECT_EQ(SmsTemplate::built_in().fill(values()).message,
            "Vega invites you to BlueCare. Open https://app.example.test/?a=1&b=2 and sign in as "
            "ines@mail.test with the code q7Zr2mK9wT4xV8bN1cL6sD3f");
}

TEST(MessageTest, StaysASentenceWithoutNames) {
  Values nameless = values();
  nameless.patient = {};
  nameless.inviter = {};
  EXPECT_THAT(EmailTemplate::built_in().fill(nameless).html,
              HasSubstr("<p>Hello and welcome,</p>\n<p>Your care team invites"));
  EXPECT_THAT(SmsTemplate::built_in().fill(nameless).message, HasSubstr("Your care team invites"));
}

TEST(MessageTest, KeepsAHostileNameOutOfTheHtmlAndOfTheSubjectsNextLine) {
  Values hostile = values();
  hostile.patient.first = R"("><img src=x onerror='alert(1)'>)";
  hostile.solution = "Blue\r\nBcc: all@x.test\r\n\r\n<h1>";
  const auto email = EmailTemplate::built_in().fill(hostile);
  EXPECT_EQ(email.subject, "Your access to Blue Bcc: all@x.test <h1>");
  EXPECT_THAT(email.html, Not(HasSubstr("<img")));
  EXPECT_THAT(email.html, Not(HasSubstr("<h1>")));
  const auto sms = SmsTemplate::built_in().fill(hostile).message;
  EXPECT_EQ(sms.find_first_of("\r\n"), sms.npos);
}

TEST(MessageTest, ReadsATemplateOfItsOwnFile) {
  for (const auto* file :
       {"Subject: Hi {patient.firstName}\n\n<p>{token}</p>\n",
        "\xef\xbb\xbfSubject:Hi {patient.firstName}\r\n\r\n<p>{token}</p>\r\n"}) {
    auto made = EmailTemplate::parse(file);
    ASSERT_TRUE(made) << made.error().message;
    const auto email = made->fill(values());
    EXPECT_EQ(email.subject, "Hi Ines");
    EXPECT_EQ(email.html, "<p>q7Zr2mK9wT4xV8bN1cL6sD3f</p>");
  }
  auto sms = SmsTemplate::parse("\xef\xbb\xbf{solution}: {token}\n\n");
  ASSERT_TRUE(sms);
  EXPECT_EQ(sms->fill(values()).message, "BlueCare: q7Zr2mK9wT4xV8bN1cL6sD3f");
}

TEST(MessageTest, SaysWhatIsWrongWithAFile) {
  const auto email = [](std::string_view file) {
    auto made = EmailTemplate::parse(file);
    return made ? std::string("no error") : made.error().message;
  };
  const std::string begins = "the template does not begin with a subject and an empty line";
  EXPECT_EQ(email(""), begins);
  EXPECT_EQ(email("<p>{token}</p>"), begins);
  EXPECT_EQ(email("Subject: x\n<p>{token}</p>"), begins);
  EXPECT_EQ(email("Subject: \n\n<p>{token}</p>"), "the subject is empty");
  EXPECT_EQ(email("Subject: x\n\n \n"), "the template has no text");
  EXPECT_EQ(email("Subject: x"), "the template has no text");
  EXPECT_EQ(email("Subject: {x}\n\ny"), "line 1 of the template: there is no placeholder {x}");
  EXPECT_EQ(email("Subject: x\n\n\n{x}"), "line 4 of the template: there is no placeholder {x}");
  auto sms = SmsTemplate::parse("\n\n{x}");
  ASSERT_FALSE(sms);
  EXPECT_EQ(sms.error().message, "line 3 of the template: there is no placeholder {x}");
  EXPECT_FALSE(SmsTemplate::parse(" \n"));
}

TEST(MessageTest, LetsTheCallerChooseTheSubject) {
  auto made = EmailTemplate::built_in();
  ASSERT_TRUE(made.set_subject("Welcome, {patient.firstName} <3"));
  EXPECT_EQ(made.fill(values()).subject, "Welcome, Ines <3");
  for (const auto* bad : {"", "  ", "a\nBcc: b", "{x}", "{login"}) {
    EXPECT_FALSE(made.set_subject(bad)) << bad;
  }
  EXPECT_EQ(made.fill(values()).subject, "Welcome, Ines <3");
}

TEST(MessageTest, FindsThePersonsName) {
  const auto named = [](std::string_view document) {
    const auto name = name_of(document);
    return name.first + "/" + name.last;
  };
  EXPECT_EQ(named(R"({"firstName":"Luz","lastName":"Vega","name":"x"})"), "Luz/Vega");
  EXPECT_EQ(named(R"({"names":[{"lastName":"Vega","firstNames":["Luz","Ana"]},{"lastName":"b"}]})"),
            "Luz/Vega");
  EXPECT_EQ(named(R"({"name":"City Clinic"})"), "/City Clinic");
  EXPECT_EQ(named(R"({"firstName":7,"names":[3,{"firstNames":"x"}],"companyName":"C"})"), "x/C");
  EXPECT_EQ(named("nonsense"), "/");
}

TEST(LinkTest, TakesHttpsOnly) {
  for (const auto* good : {"https://app.example.test", "https://app.example.test:8443/a?b=c#d",
                           "https://xn--bcher-kva.example/%C3%A9"}) {
    EXPECT_TRUE(check_link(good, {})) << good;
  }
  for (const std::string bad :
       {"", "http://a.test", "HTTPS://a.test", "javascript:alert(1)", "https://", "https:///x",
        "https://:80/", "https://?x", "https://u@a.test", "https://a.test@evil.test/",
        "https://a.test/ b", "https://a.test/\"onclick=", "https://a.test/<b>",
        "https://a.test\\@b", "https://a.test/\n", "https://b\xc3\xbc\x63her.test", "//a.test",
        " https://a.test"}) {
    EXPECT_FALSE(check_link(bad, {})) << bad;
  }
  EXPECT_FALSE(check_link("https://a.test/" + std::string(2000, 'x'), {}));
}

TEST(LinkTest, StaysBelowTheAllowedPrefixes) {
  const std::vector<std::string> allowed = {"https://app.clinic.test", "https://b.test/app/",
                                            "http://c.test"};
  for (const auto* good : {"https://app.clinic.test", "https://app.clinic.test/x?y#z",
                           "https://app.clinic.test?x", "https://b.test/app/invite"}) {
    EXPECT_TRUE(check_link(good, allowed)) << good;
  }
  for (const auto* bad :
       {"https://app.clinic.test.evil.test/", "https://app.clinic.test:8443/", "https://b.test/",
        "https://b.test/app", "https://b.test/app/../evil", "https://b.test/app/%2e%2E/evil",
        "https://app.clinic.test@evil.test/", "https://c.test", "https://evil.test/"}) {
    EXPECT_FALSE(check_link(bad, allowed)) << bad;
  }
}

}  // namespace
}  // namespace icure::sync::write
