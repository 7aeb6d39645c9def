# Joins page/ into one self-contained page and writes it as a C++ source: cmake -D OUT=... -P embed.cmake
set(page ${CMAKE_CURRENT_LIST_DIR}/page)
file(READ ${page}/index.html html)
file(READ ${page}/style.css style)
set(script "'use strict';\n")
foreach(name ${SCRIPTS})
  file(READ ${page}/${name}.js part)
  string(APPEND script "${part}")
endforeach()
string(REPLACE "/* style */" "${style}" html "${html}")
string(REPLACE "/* script */" "${script}" html "${html}")
file(WRITE ${OUT} "#include \"ipc/client/dashboard/page.h\"\nnamespace icure::dashboard {\n"
  "const std::string_view kPage = R\"~~~(${html})~~~\";\n}\n")
