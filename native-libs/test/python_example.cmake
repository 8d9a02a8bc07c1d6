include("${CMAKE_CURRENT_LIST_DIR}/example_output.cmake")
# -B: no folder of compiled code beside the sources.
expect_output("${EXAMPLES}" "${PYTHON}" -B "${EXAMPLES}/find_person.py" "${LIBRARIES}")

# An error is an error in Python too.
execute_process(COMMAND "${PYTHON}" -B "${EXAMPLES}/find_person.py" "${EXAMPLES}" RESULT_VARIABLE code
                OUTPUT_QUIET ERROR_VARIABLE message)
if(code EQUAL 0 OR NOT message MATCHES "libmerge_embeddings")
  message(FATAL_ERROR "Without libraries the example ended with ${code}: ${message}")
endif()
