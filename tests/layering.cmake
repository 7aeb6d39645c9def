# Which folder may include which, and what g++ 12 may not be given. The linker misses header-only
# reaches; this does not. Run by CTest: cmake -P tests/layering.cmake
cmake_minimum_required(VERSION 3.25)
set(root ${CMAKE_CURRENT_LIST_DIR}/..)

set(folders daemon/base daemon/loop store sync sync/decrypt sync/keys sync/login sync/outbox
    sync/platform sync/write ipc ipc/client ipc/client/dashboard ipc/client/setup
    daemon daemon/api
    daemon/doctor)
set(allow_daemon/base   daemon/base/)
set(allow_daemon/loop   daemon/base/ daemon/loop/)
set(allow_store         daemon/base/ store/)
set(allow_sync          daemon/base/ store/mirror.h store/ledger.h store/outbox.h
                        store/invitation.h sync/write/
                        sync/[^/]+$)
set(allow_sync/decrypt  daemon/base/ sync/decrypt/)
set(allow_sync/keys     daemon/base/ store/mirror.h store/decrypted.h store/private_keys.h
                        sync/decrypt/ sync/keys/ sync/[^/]+$)
set(allow_sync/login    daemon/base/ store/mirror.h store/login.h sync/login/ sync/[^/]+$)
set(allow_sync/outbox   daemon/base/ store/mirror.h store/ledger.h store/outbox.h
                        store/invitation.h sync/outbox/
                        sync/write/ sync/[^/]+$)
set(allow_sync/platform daemon/base/ daemon/loop/ sync/)
set(allow_sync/write    daemon/base/ sync/write/)
set(allow_ipc           daemon/base/ daemon/loop/ ipc/[^/]+$)
set(allow_ipc/client    daemon/base/ ipc/frame.h ipc/protocol.h ipc/client/)
set(allow_ipc/client/setup daemon/base/ ipc/client/)
set(allow_ipc/client/dashboard daemon/base/ ipc/client/[^/]+$ ipc/client/dashboard/)
set(allow_daemon/api    daemon/base/ daemon/api/ daemon/config daemon/settings store/mirror.h
                        store/audit.h store/ledger.h store/outbox.h store/invitation.h store/login.h store/event.h store/safekeeping.h store/condition.h
                        sync/[^/]+$ sync/decrypt/bytes.h sync/keys/ sync/login/ sync/outbox/
                        ipc/[^/]+$)
set(allow_daemon/doctor daemon/base/ daemon/loop/ daemon/doctor/ daemon/config daemon/credentials.h daemon/line_options.h
                        store/files.h store/file_names.h store/keys.h store/sqlite_version.h
                        sync/[^/]+$ sync/platform/curl_http.h sync/platform/probe.h)
set(allow_daemon        daemon/ store/ sync/ ipc/[^/]+$)

# What may be named in one folder only.
set(only_uv.h           daemon/loop ipc sync/platform daemon daemon/doctor)
set(only_curl/curl.h    sync/platform)
set(only_SQLiteCpp      store)
set(only_sqlite3.h      store)
set(only_toml\\+\\+     daemon ipc/client/setup)
set(only_microhttpd.h   ipc/client/dashboard)

set(broken "")
foreach(folder ${folders})
  file(GLOB files RELATIVE ${root} ${root}/${folder}/*.h ${root}/${folder}/*.cpp)
  foreach(file ${files})
    file(STRINGS ${root}/${file} includes REGEX "^#include [\"<]")
    foreach(line ${includes})
      string(REGEX REPLACE "^#include [\"<]([^\">]+).*" "\\1" header "${line}")
      set(ok FALSE)
      if(line MATCHES "^#include \"")
        foreach(prefix ${allow_${folder}})
          if(header MATCHES "^${prefix}")
            set(ok TRUE)
          endif()
        endforeach()
      else()
        set(ok TRUE)
        foreach(library uv.h curl/curl.h SQLiteCpp sqlite3.h toml\\+\\+ microhttpd.h)
          if(header MATCHES "^${library}" AND NOT folder IN_LIST only_${library})
            set(ok FALSE)
          endif()
        endforeach()
      endif()
      if(NOT ok)
        list(APPEND broken "${file} may not include ${header}")
      endif()
    endforeach()
    # g++ 12 frees such a temporary twice; see docs/development.md.
    file(STRINGS ${root}/${file} traps REGEX "co_await .*[[{]..*")
    foreach(trap ${traps})
      list(APPEND broken "${file}: name this before co_await: ${trap}")
    endforeach()
    file(STRINGS ${root}/${file} traps REGEX "[?].*co_await|auto \\[.*co_await")
    foreach(trap ${traps})
      list(APPEND broken "${file}: no co_await inside ?: or a structured binding: ${trap}")
    endforeach()
  endforeach()
  if(NOT EXISTS ${root}/${folder}/README.md)
    list(APPEND broken "${folder} has no README.md")
  else()
    file(STRINGS ${root}/${folder}/README.md lines)
    list(LENGTH lines length)
    if(length GREATER 30)
      list(APPEND broken "${folder}/README.md is longer than 30 lines")
    endif()
  endif()
endforeach()
foreach(line ${broken})
  message(SEND_ERROR "${line}")
endforeach()
