# expect_output(<examples folder> <command...>): the command succeeds and prints output.txt.
function(expect_output examples)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
  file(READ "${examples}/output.txt" wanted)
  if(NOT output STREQUAL wanted)
    message(FATAL_ERROR "${ARGN} printed\n${output}\nand not\n${wanted}")
  endif()
endfunction()
