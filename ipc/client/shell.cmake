# What a shell and man(1) know of icurectl: written by the program itself and by what it is made of,
# so that neither can differ from it.
add_executable(write_manual write_manual.cpp)
target_link_libraries(write_manual PRIVATE icurectl_parts)
target_compile_definitions(write_manual PRIVATE ICURE_VERSION="${PROJECT_VERSION}")
set_target_properties(write_manual PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})

add_custom_command(OUTPUT icurectl.1 COMMAND write_manual > icurectl.1 DEPENDS write_manual)
set(made icurectl.1)
foreach(shell bash zsh fish)
  add_custom_command(OUTPUT icurectl.${shell} DEPENDS icurectl
                     COMMAND icurectl completion ${shell} > icurectl.${shell})
  list(APPEND made icurectl.${shell})
endforeach()
add_custom_target(shell ALL DEPENDS ${made})

# Where each shell looks, which for zsh is not the same below /usr and below /usr/local.
set(zsh ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(zsh ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
endif()
set(made ${CMAKE_CURRENT_BINARY_DIR})
install(FILES ${made}/icurectl.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT daemon)
install(FILES ${made}/icurectl.bash RENAME icurectl COMPONENT daemon
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${made}/icurectl.zsh RENAME _icurectl DESTINATION ${zsh} COMPONENT daemon)
install(FILES ${made}/icurectl.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
  COMPONENT daemon)
