#include "tests/sandbox/names.h"

#include <array>

namespace icure::sandbox {
namespace {

struct Word {
  const char* text;
  const char* ascii;
};

struct Script {
  const char* language;
  std::array<Word, 6> given;
  std::array<Word, 6> family;
};

// "A\u030A" and the like are letters made of a base and a combining mark, on purpose not composed.
constexpr std::array kScripts = {
    Script{"nl",
           {{{"Anke", "anke"},
             {"Bram", "bram"},
             {"Joris", "joris"},
             {"Lotte", "lotte"},
             {"Zoë", "zoe"},
             {"Pieter", "pieter"}}},
           {{{"De Smet", "desmet"},
             {"Van den Bërg", "vandenberg"},
             {"Peeters", "peeters"},
             {"Maes", "maes"},
             {"'t Hooft", "thooft"},
             {"Claes", "claes"}}}},
    Script{"fr",
           {{{"Éloïse", "eloise"},
             {"François", "francois"},
             {"Chloé", "chloe"},
             {"Benoît", "benoit"},
             {"Maëlle", "maelle"},
             {"Jérôme", "jerome"}}},
           {{{"Lefèvre", "lefevre"},
             {"D'Haëne", "dhaene"},
             {"Garçon", "garcon"},
             {"Béranger", "beranger"},
             {"Noël", "noel"},
             {"Dupré", "dupre"}}}},
    Script{"de",
           {{{"Jürgen", "juergen"},
             {"Käthe", "kaethe"},
             {"Björn", "bjoern"},
             {"Øyvind", "oyvind"},
             {"A\u030Asa", "asa"},
             {"Łukasz", "lukasz"}}},
           {{{"Müller", "mueller"},
             {"Groß", "gross"},
             {"Sørensen", "sorensen"},
             {"Ştefănescu", "stefanescu"},
             {"Dvořák", "dvorak"},
             {"Wójcik", "wojcik"}}}},
    Script{"el",
           {{{"Ελένη", "eleni"},
             {"Γιώργος", "giorgos"},
             {"Μαρία", "maria"},
             {"Νίκος", "nikos"},
             {"Άννα", "anna"},
             {"Σοφία", "sofia"}}},
           {{{"Παπαδόπουλος", "papadopoulos"},
             {"Νικολάου", "nikolaou"},
             {"Γεωργίου", "georgiou"},
             {"Ιωάννου", "ioannou"},
             {"Αγγελής", "angelis"},
             {"Ρήγας", "rigas"}}}},
    Script{"uk",
           {{{"Олена", "olena"},
             {"Тарас", "taras"},
             {"Юлія", "yulia"},
             {"Дмитро", "dmytro"},
             {"Надія", "nadia"},
             {"Йосип", "yosyp"}}},
           {{{"Шевченко", "shevchenko"},
             {"Коваль", "koval"},
             {"Їжак", "yizhak"},
             {"Мельник", "melnyk"},
             {"Бондар", "bondar"},
             {"Гнатюк", "hnatiuk"}}}},
    Script{"he",
           {{{"נועה", "noa"},
             {"דוד", "david"},
             {"שרה", "sara"},
             {"יוסף", "yosef"},
             {"מִרְיָם", "miryam"},
             {"אלי", "eli"}}},
           {{{"כהן", "cohen"},
             {"לוי", "levi"},
             {"מזרחי", "mizrahi"},
             {"פרץ", "peretz"},
             {"ביטון", "biton"},
             {"אברהם", "avraham"}}}},
    Script{"ar",
           {{{"فاطمة", "fatima"},
             {"محمد", "mohammed"},
             {"ليلى", "layla"},
             {"يوسف", "youssef"},
             {"آمنة", "amina"},
             {"عمر", "omar"}}},
           {{{"الحسن", "alhassan"},
             {"بن علي", "benali"},
             {"العمراني", "elamrani"},
             {"حدّاد", "haddad"},
             {"منصور", "mansour"},
             {"الفاسي", "elfassi"}}}},
    Script{"zh",
           {{{"伟", "wei"},
             {"秀英", "xiuying"},
             {"芳", "fang"},
             {"丽娜", "lina"},
             {"小龙", "xiaolong"},
             {"𠮷明", "jiming"}}},
           {{{"王", "wang"},
             {"李", "li"},
             {"张", "zhang"},
             {"欧阳", "ouyang"},
             {"陈", "chen"},
             {"赵", "zhao"}}}},
    Script{"ja",
           {{{"さくら", "sakura"},
             {"太郎", "taro"},
             {"ユキ", "yuki"},
             {"健一", "kenichi"},
             {"花子", "hanako"},
             {"ガ\u3099ク", "gaku"}}},
           {{{"佐藤", "sato"},
             {"鈴木", "suzuki"},
             {"髙橋", "takahashi"},
             {"渡邉", "watanabe"},
             {"山本", "yamamoto"},
             {"小林", "kobayashi"}}}},
    Script{"pt",
           {{{"João", "joao"},
             {"Inês", "ines"},
             {"Conceição", "conceicao"},
             {"Nuño", "nuno"},
             {"Sofi\u0301a", "sofia"},
             {"Óscar", "oscar"}}},
           {{{"Gonçalves", "goncalves"},
             {"Núñez", "nunez"},
             {"Araújo", "araujo"},
             {"Peña", "pena"},
             {"Magalhães", "magalhaes"},
             {"O'Neill", "oneill"}}}},
};

constexpr std::array kCities = {"Gent",  "Liège",     "Köln",   "Θεσσαλονίκη",
                                "Львів", "חיפה",      "الرباط", "上海",
                                "大阪",  "São Paulo", "Łódź",   "'s-Hertogenbosch"};
constexpr std::array kStreets = {"Kerkstraat", "Rue de l'Église",   "Straße des 17. Juni",
                                 "Οδός Ερμού", "вул. Франка",       "Plaça \"Nova\"",
                                 "桜通り",     "Chaussée d'Ixelles"};
constexpr std::array kNotes = {
    "Prefers to be called after 16:00 ☎️",
    "Said: \"not before Monday\"\nand then hung up.",
    "Files are in C:\\archive\\2019 (old system)",
    "Allergic to penicillin 💊⚠️ – family informed 👨‍👩‍👧",
    "Zweisprachig; möchte Briefe auf Deutsch.\tHausnummer prüfen!",
    "S̈ome t̃ext with c̄ombining marks, and a zero\u200Bwidth space",
    "</script><b>not markup</b> & more; 100 % sure?",
    "Вызвать такси 🚕 · 要預約 · موعد يوم الأحد",
};
constexpr std::array kOrganisations = {"Huisartsenpraktijk De Linde",
                                       "Centre médical Saint-Gérard",
                                       "Poliklinik «Süd»",
                                       "Ιατρείο Αγία Βαρβάρα",
                                       "さくら診療所",
                                       "Clínica \"El Prado\""};
constexpr std::array kSpecialities = {"general practice", "cardiology",   "kinésithérapie",
                                      "Pädiatrie",        "οδοντιατρική", "nursing",
                                      "psychology"};

}  // namespace

Person pick_person(Dice& dice) {
  const Script& script = dice.pick(kScripts);
  const Word& given = dice.pick(script.given);
  const Word& family = dice.pick(script.family);
  return {given.text, family.text, given.ascii, family.ascii, script.language};
}

const char* pick_city(Dice& dice) {
  return dice.pick(kCities);
}
const char* pick_street(Dice& dice) {
  return dice.pick(kStreets);
}
const char* pick_note(Dice& dice) {
  return dice.pick(kNotes);
}
const char* pick_organisation(Dice& dice) {
  return dice.pick(kOrganisations);
}
const char* pick_speciality(Dice& dice) {
  return dice.pick(kSpecialities);
}

}  // namespace icure::sandbox
