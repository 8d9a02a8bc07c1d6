# What every target here is compiled with, and how a library is linked so that only its ABI is visible.

set(FACE_SANITIZE OFF CACHE STRING "Sanitizers for the tests: ON for address and undefined, or thread")
option(FACE_WARNINGS_AS_ERRORS "Stop at compiler warnings; switch off for a compiler newer than the tested ones" ON)

option(FACE_FUZZ "Build the fuzz targets; needs clang" OFF)

if(FACE_SANITIZE OR FACE_FUZZ)
  if(FACE_FUZZ)
    set(face_sanitizers -fsanitize=fuzzer-no-link,address,undefined)
  elseif(FACE_SANITIZE STREQUAL "thread")
    set(face_sanitizers -fsanitize=thread)
  else()
    set(face_sanitizers -fsanitize=address,undefined)
  endif()
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS ${face_sanitizers})
  check_cxx_source_compiles("int main() { return 0; }" FACE_SANITIZER_RUNTIME)
  unset(CMAKE_REQUIRED_FLAGS)
  if(NOT FACE_SANITIZER_RUNTIME)
    message(FATAL_ERROR "No runtime for ${face_sanitizers}")
  endif()
  # Fast enough to run every test each time, slow enough for readable reports.
  list(APPEND face_sanitizers -fno-sanitize-recover=all -fno-omit-frame-pointer -g -O1)
endif()

function(face_compile_options target)
  target_compile_options(
    ${target}
    PRIVATE -Wall
            -Wextra
            $<$<BOOL:${FACE_WARNINGS_AS_ERRORS}>:-Werror>
            -Wpedantic
            -Wconversion
            -Wsign-conversion
            -Wdouble-promotion
            -Wshadow
            -Wundef
            -Wcast-qual
            $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>)
  if(face_sanitizers)
    target_compile_options(${target} PRIVATE ${face_sanitizers})
    target_link_options(${target} PRIVATE ${face_sanitizers})
  endif()
endfunction()

# Sources of a library, compiled once and used by the shared library and by the tests of its inside.
function(face_core name)
  add_library(${name} STATIC ${ARGN})
  face_compile_options(${name})
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  target_compile_definitions(${name} PRIVATE FACE_VERSION="${PROJECT_VERSION}")
  # Neither exceptions nor RTTI: then nothing can be thrown through the interface, and libstdc++ is not needed.
  target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
                                           VISIBILITY_INLINES_HIDDEN ON)
endfunction()

# The shared library lib<name>, with the sources that export its interface.
function(face_shared_library name core)
  add_library(${name} SHARED ${ARGN})
  face_compile_options(${name})
  target_link_libraries(${name} PRIVATE ${core})
  target_include_directories(${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>")
  target_compile_definitions(${name} PRIVATE FACE_VERSION="${PROJECT_VERSION}")
  target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti)
  set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
                                           VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  if(NOT APPLE)
    target_link_options(${name} PRIVATE -static-libgcc -Wl,--as-needed -Wl,--exclude-libs,ALL -Wl,-z,relro -Wl,-z,now)
    if(NOT face_sanitizers)
      target_link_options(${name} PRIVATE -Wl,-z,defs)
    endif()
  endif()
endfunction()
