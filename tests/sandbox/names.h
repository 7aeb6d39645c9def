// Word lists for the invented people, in many scripts, with a form that fits into a login.
#pragma once

#include <string>

#include "tests/sandbox/dice.h"

namespace icure::sandbox {

struct Person {
  const char* given;
  const char* family;
  const char* given_ascii;
  const char* family_ascii;
  const char* language;
};

/// Given and family name are always of one script.
Person pick_person(Dice& dice);

const char* pick_city(Dice& dice);
const char* pick_street(Dice& dice);
/// Free text as people write it: quotes, line breaks, emoji, combining marks.
const char* pick_note(Dice& dice);
const char* pick_organisation(Dice& dice);
const char* pick_speciality(Dice& dice);

}  // namespace icure::sandbox
