# The component "library": libicure-client. The component "client": what programs need to use it
# (headers, a CMake package, a pkg-config file), and the clients in other languages.
include(CMakePackageConfigHelpers)

# Compiled once more, as a shared library must be. What it is made of stays inside: programs need
# neither our headers beyond three nor the packages that those sources need.
set(made_of ${PROJECT_SOURCE_DIR}/daemon/base/secret.cpp)
foreach(name frame protocol prove raw_members)
  list(APPEND made_of ${PROJECT_SOURCE_DIR}/ipc/${name}.cpp)
endforeach()
add_library(icure_client_shared SHARED client.cpp failure.cpp reply.cpp socket.cpp ${made_of})
set(map ${CMAKE_CURRENT_SOURCE_DIR}/icure-client.map)
set_target_properties(icure_client_shared PROPERTIES
  OUTPUT_NAME icure-client EXPORT_NAME client LINK_DEPENDS ${map}
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
target_link_options(icure_client_shared PRIVATE -Wl,--version-script=${map})
target_include_directories(icure_client_shared PRIVATE ${PROJECT_SOURCE_DIR}
  INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/icure-client>)
target_compile_features(icure_client_shared INTERFACE cxx_std_17)
target_link_libraries(icure_client_shared PRIVATE warnings
  $<BUILD_INTERFACE:simdjson::simdjson> $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>
  $<BUILD_INTERFACE:OpenSSL::Crypto>)

install(TARGETS icure_client_shared EXPORT icure-client
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT client)
set(include ${CMAKE_INSTALL_INCLUDEDIR}/icure-client)
install(FILES icure/client.h DESTINATION ${include}/icure COMPONENT client)
install(FILES client.h failure.h DESTINATION ${include}/ipc/client COMPONENT client)
install(FILES ${PROJECT_SOURCE_DIR}/daemon/base/result.h DESTINATION ${include}/daemon/base
  COMPONENT client)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/icure-client)
install(EXPORT icure-client FILE icure-client-config.cmake NAMESPACE icure:: DESTINATION ${package}
  COMPONENT client)
write_basic_package_version_file(icure-client-config-version.cmake
  COMPATIBILITY SameMinorVersion)  # before 1.0 a minor version may change what programs see
file(RELATIVE_PATH PREFIX_FROM_PKGCONFIG /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(icure-client.pc.in icure-client.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/icure-client-config-version.cmake DESTINATION ${package}
  COMPONENT client)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/icure-client.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT client)

install(DIRECTORY python javascript java DESTINATION ${CMAKE_INSTALL_DATADIR}/icure-client
  COMPONENT client FILES_MATCHING PATTERN *.py PATTERN *.mjs PATTERN *.d.ts PATTERN *.java)
