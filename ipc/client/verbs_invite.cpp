// icurectl invite create|list|show|cancel|resend|import
#include "ipc/client/args.h"
#include "ipc/client/import.h"
#include "ipc/client/names.h"
#include "ipc/client/views.h"
#include "ipc/client/writing.h"

namespace icure::client {
namespace {

// Whoever is invited has a name; the user that is made for them has none but an id.
void name_invitation(Names& names, Json& invitation) {
  invitation[kWho] = names.of(text_of(invitation, "ownerType"), text_of(invitation, "owner"));
}

void name_invitations(Runner& runner, Json& result) {
  Names names(runner);
  for (auto& invitation : result["rows"]) name_invitation(names, invitation);
}

void name_the_invitation(Runner& runner, Json& result) {
  Names names(runner);
  name_invitation(names, result["invitation"]);
}

/// "Held for approval" is a result of its own for scripts: it was accepted, and goes no further.
Exit exit_of_invitation(const Json& result) {
  return text_of(child_of(result, "invitation"), "state") == "held" ? Exit::conflict : Exit::ok;
}

std::vector<Arg> invitation_args() {
  return {{"--link", "link", "the https address to come to"},
          {"--solution", "solution", "what the person is invited to"},
          {"--inviter", "inviter", "the professional who invites; default: the daemon's own"},
          {"--channel",
           "channel",
           "how the message goes; default: auto",
           Arg::Type::text,
           {"auto", "email", "sms"}},
          {"--subject", "subject", "of the e-mail; default: the template's"},
          {"--template", "template", "of the message; default: the clinic's usual one"},
          {"--not-before", "not_before", "do not send before, such as 2026-12-01T09:00:00Z"},
          {"--expires", "expires", "do not send after"}};
}

Verb create_verb() {
  auto args = invitation_args();
  for (auto& arg : args) arg.required = arg.param == "link" || arg.param == "solution";
  args.insert(
      args.begin(),
      {"owner", "owner", "the professional or patient who is invited", Arg::Type::text, {}, true});
  args.push_back(
      {"--contact", "contact", "an e-mail address or mobile number; default: one of the record's"});
  args.push_back(key_arg());
  return {.noun = "invite",
          .verb = "create",
          .about = "invites a professional or patient, as soon as the platform can be used",
          .method = "invite.create",
          .args = std::move(args),
          .view = invited_view,
          .exit = exit_of_invitation,
          .run = run_write,
          .look_up = name_the_invitation};
}

Verb import_verb() {
  auto args = invitation_args();
  args.insert(args.begin(),
              {{"FILE",
                kImportFile,
                "a table saved as CSV; - reads it from the input",
                Arg::Type::path,
                {},
                true},
               {kDryRun, kDryRun, "check every row and send nothing", Arg::Type::flag},
               {kSkipFaulty, kSkipFaulty, "leave faulty rows out, rather than send nothing",
                Arg::Type::flag}});
  return {.noun = "invite",
          .verb = "import",
          .about =
              "invites everybody in a table. Its first line names the columns: owner, contact, "
              "channel, link, solution, inviter, subject, template, not_before, expires; name "
              "and note are for you. An option stands for empty cells. The same row again "
              "is not sent again",
          .method = "invite.create",
          .args = std::move(args),
          .run = run_import};
}

Verb of_one(const char* verb, const char* about) {
  return {.noun = "invite",
          .verb = verb,
          .about = about,
          .method = std::string("invite.") + verb,
          .args = {{"id", "id", "the invitation's id", Arg::Type::text, {}, true}},
          .view = invitation_view,
          .look_up = name_the_invitation};
}

Verb change(const char* verb, const char* about) {
  auto changing = of_one(verb, about);
  changing.args.push_back(key_arg());
  changing.run = run_write;
  return changing;
}

}  // namespace

std::vector<Verb> invite_verbs() {
  const Arg state{"--state",
                  "state",
                  "only invitations in this state",
                  Arg::Type::text,
                  {"queued", "user_ready", "token_ready", "sent", "accepted", "blocked", "failed",
                   "cancelled", "expired", "held"}};
  auto show = of_one("show", "shows one invitation with all its steps, and what helps");
  show.method = "invite.get";
  show.args = with(show.args, freshness_args());
  return {create_verb(),
          {.noun = "invite",
           .verb = "list",
           .about = "lists invitations, oldest first",
           .method = "invite.list",
           .args = with({state}, page_args(), freshness_args()),
           .view = invitations_view,
           .pages = true,
           .look_up = name_invitations},
          std::move(show),
          change("cancel", "takes an invitation back, with the user that was made for it"),
          change("resend", "sends a new message, with a new code, for the same user"),
          import_verb()};
}

}  // namespace icure::client
