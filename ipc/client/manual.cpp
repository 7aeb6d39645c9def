#include "ipc/client/manual.h"

#include "ipc/client/args.h"
#include "ipc/client/client.h"

namespace icure::client {
namespace {

constexpr auto kHead = R"(.\" Made from the program's own table of commands.
.SH NAME
icurectl \- ask icure\-syncd, the iCure mirror of this machine
.SH SYNOPSIS
.B icurectl
[\fIOPTIONS\fR] \fICOMMAND\fR ...
.SH DESCRIPTION
.B icurectl
talks to
.BR icure\-syncd (8)
over its Unix socket, for people and for scripts. A command is a noun and a verb.
People get tables, scripts ask for one JSON document with
.BR \-\-json ;
how old an answer is and whether there is more goes to the error stream.
Who may ask what is said by the daemon's configuration,
.BR icure\-syncd.toml (5).
.PP
A \fIDURATION\fR is such as 90s, 15m, 24h or 7d.
.SH OPTIONS
They may stand before or after the command.
)";

constexpr auto kTail = R"(.SH EXIT STATUS
.TP
.B 0
The command succeeded. Of
.BR "icurectl status" :
the daemon is healthy.
.TP
.B 1
It failed. Of
.BR "icurectl status" :
the daemon is degraded or offline.
.TP
.B 2
The command line has a mistake.
.TP
.B 3
The daemon cannot be reached.
.TP
.B 4
The caller is not permitted to ask this.
.TP
.B 5
There is no such thing.
.TP
.B 6
It conflicts with something else, or waits for approval.
.TP
.B 7
It needs the platform, which cannot be reached.
.TP
.B 8
The data is older than was asked for.
.TP
.B 9
A login is needed.
.TP
.B 75
Try again later.
.SH ENVIRONMENT
.TP
.B ICURE_SYNCD_IPC_SOCKET
The daemon's socket, where
.B \-\-socket
is not given.
.TP
.B NO_COLOR
If it is set and not empty, nothing is coloured.
.SH EXAMPLES
.EX
icurectl user search anna \-\-limit 5
icurectl \-\-json user get \-\-email anna@clinic.example
icurectl sync run \-\-wait
.EE
.SH SEE ALSO
.BR icure-syncd.toml (5),
.BR icure-syncd (8)
)";

/// Text that man(7) shows as it is; a hyphen stays the one that can be copied and typed.
std::string shown(const std::string& text) {
  std::string out;
  for (const char each : text) {
    if (each == '\\') {
      out += "\\(rs";
    } else if (each == '-') {
      out += "\\-";
    } else {
      out += each;
    }
  }
  return !text.empty() && (text[0] == '.' || text[0] == '\'') ? "\\&" + out : out;
}

std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return shown(text) + '.';
}

std::string bold(const std::string& word) {
  return "\\fB" + shown(word) + "\\fR";
}

std::string alternatives(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : "|") + bold(value);
  return text;
}

std::string placeholder(const Arg& arg) {
  if (!arg.allowed.empty()) return alternatives(arg.allowed);
  switch (arg.type) {
    case Arg::Type::text:
      return "\\fITEXT\\fR";
    case Arg::Type::path:
      return "\\fIPATH\\fR";
    case Arg::Type::number:
      return "\\fINUMBER\\fR";
    case Arg::Type::seconds:
      return "\\fIDURATION\\fR";
    case Arg::Type::json:
      return "\\fIJSON\\fR";
    case Arg::Type::flag:
      return "";
  }
  return "";
}

bool is_option(const Arg& arg) {
  return arg.spelling.starts_with('-');
}

std::string synopsis(const Arg& arg) {
  if (!is_option(arg)) {
    const auto name =
        arg.allowed.empty() ? "\\fI" + shown(arg.spelling) + "\\fR" : alternatives(arg.allowed);
    return arg.required ? name : "[" + name + "]";
  }
  return bold(arg.spelling) + (arg.type == Arg::Type::flag ? "" : " " + placeholder(arg));
}

/// As a list or an explanation names it.
std::string name_of(const Arg& arg) {
  return is_option(arg) ? synopsis(arg) : "\\fI" + shown(arg.spelling) + "\\fR";
}

std::string item(const std::string& term, const std::string& text) {
  return ".TP\n" + term + "\n" + sentence(text) + "\n";
}

std::string args_of(const std::vector<Arg>& args) {
  std::string text;
  for (const auto& arg : args) {
    text += item(name_of(arg), arg.about + (arg.required && is_option(arg) ? " (required)" : ""));
  }
  return text;
}

std::string section(const Verb& verb) {
  std::string text = ".SS \"icurectl " + shown(verb.noun);
  if (!verb.verb.empty()) text += " " + shown(verb.verb);
  bool options = false;
  for (const auto& arg : verb.args) {
    if (!is_option(arg)) text += " " + synopsis(arg);
    options = options || is_option(arg);
  }
  if (options) text += " [\\fIOPTIONS\\fR]";
  text += "\"\n" + sentence(verb.about) + "\n";
  if (verb.one_of > 0) {
    text += "Exactly one of these is given: ";
    for (std::size_t i = 0; i < verb.one_of; ++i) {
      text += (i > 0 ? ", " : "") + name_of(verb.args[i]);
    }
    text += ".\n";
  }
  if (!verb.args.empty()) text += ".RS\n" + args_of(verb.args) + ".RE\n";
  return text;
}

}  // namespace

std::string manual(const std::vector<Verb>& verbs, const std::string& version) {
  auto text = ".TH ICURECTL 1 \"\" \"icure\\-syncd " + shown(version) + "\" \"User Commands\"\n";
  text += kHead + args_of(global_args()) +
          item("\\fB\\-\\-help\\fR", "shows help, also of a command") +
          item("\\fB\\-\\-version\\fR", "shows the version") + ".PP\nThe socket is \\fI" +
          shown(kDefaultSocket) + "\\fR if nothing names another.\n.SH COMMANDS\n";
  for (const auto& verb : verbs) text += section(verb);
  return text + kTail;
}

}  // namespace icure::client
