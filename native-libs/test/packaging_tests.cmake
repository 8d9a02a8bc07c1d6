# The examples, as a reader of them would run them: against the installed package, and from Python.

if(CMAKE_CROSSCOMPILING)
  message(STATUS "Left out: the tests of the package and of the examples, which are run on this machine")
  return()
endif()

set(examples "${PROJECT_SOURCE_DIR}/examples")

# An absolute library folder is no part of the temporary folder that the test installs to.
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" AND NOT IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  find_program(PKG_CONFIG NAMES pkg-config pkgconf)
  set(flags ${face_sanitizers})
  if(flags AND CMAKE_C_COMPILER_ID MATCHES "Clang" AND NOT APPLE)
    # What clang checks in C++ has a runtime of its own, which the linker of C leaves out.
    list(APPEND flags -fsanitize-link-c++-runtime -lstdc++)
  endif()
  string(REPLACE ";" " " flags "${flags}")
  add_test(
    NAME installed_package
    COMMAND
      "${CMAKE_COMMAND}" "-DBUILD=${PROJECT_BINARY_DIR}" "-DCONFIG=$<CONFIG>" "-DEXAMPLES=${examples}"
      "-DLIBDIR=${CMAKE_INSTALL_LIBDIR}" "-DCOMPILER=${CMAKE_C_COMPILER}" "-DFLAGS=${flags}"
      "-DGENERATOR=${CMAKE_GENERATOR}" "-DMAKE=${CMAKE_MAKE_PROGRAM}" "-DPKG_CONFIG=${PKG_CONFIG}"
      "-DVERSION=${PROJECT_VERSION}" -P "${CMAKE_CURRENT_LIST_DIR}/installed_package.cmake")
endif()

# Python itself is not built with a sanitizer, and the runtime of one must be the first library of a program.
find_package(Python3 COMPONENTS Interpreter QUIET)
if(Python3_FOUND AND NOT face_sanitizers)
  add_test(NAME python_example
           COMMAND "${CMAKE_COMMAND}" "-DPYTHON=${Python3_EXECUTABLE}" "-DEXAMPLES=${examples}"
                   "-DLIBRARIES=$<TARGET_FILE_DIR:merge_embeddings>" -P
                   "${CMAKE_CURRENT_LIST_DIR}/python_example.cmake")
endif()
