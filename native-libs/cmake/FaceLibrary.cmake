# What every target here is compiled with, and how a library is linked so that only its ABI is visible.

option(FACE_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer, for the tests" OFF)
option(FACE_WARNINGS_AS_ERRORS "Stop at compiler warnings; switch off for a compiler newer than the tested ones" ON)

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
  if(FACE_SANITIZE)
    set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    target_compile_options(${target} PRIVATE ${sanitizers})
    target_link_options(${target} PRIVATE ${sanitizers})
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
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/include")
  target_compile_definitions(${name} PRIVATE FACE_VERSION="${PROJECT_VERSION}")
  target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti)
  set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
                                           VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  if(NOT APPLE)
    target_link_options(${name} PRIVATE -Wl,--as-needed -Wl,--exclude-libs,ALL -Wl,-z,relro -Wl,-z,now)
    if(NOT FACE_SANITIZE)
      target_link_options(${name} PRIVATE -Wl,-z,defs)
    endif()
  endif()
endfunction()
