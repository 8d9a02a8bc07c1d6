# Fails when LIBRARY calls itself anything but SONAME or needs another library than libc and libm, or has memory that is
# both writable and executable.
execute_process(COMMAND "${READELF}" -d -l -W "${LIBRARY}" OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
if(NOT listing MATCHES "\\(SONAME\\)[^\n]*\\[${SONAME}\\]")
  message(FATAL_ERROR "${LIBRARY} has not the soname ${SONAME}\n${listing}")
endif()
string(REGEX MATCHALL "\\(NEEDED\\)[^\n]*" needed "${listing}")
# The loader itself counts as a library on some CPUs; threads were apart from libc before glibc 2.34.
list(FILTER needed EXCLUDE REGEX "\\[(libc|libm|libpthread|ld-linux[^]]*)\\.so\\.[0-9]+\\]")
if(needed)
  message(FATAL_ERROR "${LIBRARY} needs more than libc and libm\n${needed}")
endif()
if(listing MATCHES "TEXTREL|RWE")
  message(FATAL_ERROR "${LIBRARY} wants memory that is both writable and executable\n${listing}")
endif()
