# Installs the libraries, moves them, and builds and runs the example in C as a stranger would: once with
# find_package(), once with pkg-config.
include("${CMAKE_CURRENT_LIST_DIR}/example_output.cmake")

set(work "${BUILD}/installed-package")
set(prefix "${work}/moved here")
file(REMOVE_RECURSE "${work}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --config "${CONFIG}" --prefix "${work}/first"
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${work}/first" "${prefix}")

# Nothing in the package may lead back to where it was made.
file(GLOB_RECURSE texts "${prefix}/*.pc" "${prefix}/*.cmake" "${prefix}/*.h")
foreach(text IN LISTS texts)
  file(STRINGS "${text}" lines)
  foreach(line IN LISTS lines)
    string(FIND "${line}" "${BUILD}" place)
    if(NOT place EQUAL -1)
      message(FATAL_ERROR "${text} knows the build folder: ${line}")
    endif()
  endforeach()
endforeach()

# find_package()
execute_process(
  COMMAND "${CMAKE_COMMAND}" -S "${EXAMPLES}" -B "${work}/build" -G "${GENERATOR}" "-DCMAKE_MAKE_PROGRAM=${MAKE}"
          "-DCMAKE_C_COMPILER=${COMPILER}" "-DCMAKE_C_FLAGS=${FLAGS}" "-DCMAKE_PREFIX_PATH=${prefix}"
          "-DCMAKE_BUILD_TYPE=${CONFIG}"
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${work}/build" --config "${CONFIG}" OUTPUT_QUIET
                COMMAND_ERROR_IS_FATAL ANY)
find_program(example find_person PATHS "${work}/build" "${work}/build/${CONFIG}" NO_DEFAULT_PATH REQUIRED)
expect_output("${EXAMPLES}" "${example}")

# pkg-config
if(NOT PKG_CONFIG)
  message("skipped: the example with the flags of pkg-config, which is not installed")
  return()
endif()
set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
foreach(library merge_embeddings rerank_compute face_pixels)
  execute_process(COMMAND "${PKG_CONFIG}" --modversion ${library} OUTPUT_VARIABLE version
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  if(NOT version STREQUAL VERSION)
    message(FATAL_ERROR "${library}.pc is of version ${version} and not ${VERSION}")
  endif()
endforeach()
execute_process(COMMAND "${PKG_CONFIG}" --cflags --libs merge_embeddings rerank_compute OUTPUT_VARIABLE flags
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
separate_arguments(sanitizers UNIX_COMMAND "${FLAGS}")
execute_process(
  COMMAND "${COMPILER}" -std=c11 ${sanitizers} "${EXAMPLES}/find_person.c" -o "${work}/find_person" ${flags}
          "-Wl,-rpath,${prefix}/${LIBDIR}"
  COMMAND_ERROR_IS_FATAL ANY)
expect_output("${EXAMPLES}" "${work}/find_person")
file(REMOVE_RECURSE "${work}")
