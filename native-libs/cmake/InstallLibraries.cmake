# What `cmake --install` writes: headers, libraries, a pkg-config file for each, and the CMake package FaceNative with
# a target for each. All paths in them are relative to where they lie, so the whole may be moved.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(face_package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/FaceNative")
set(face_pkgconfig_folder "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

# The folder as pkg-config is to see it from its own file: absolute only where the installer asked for that.
function(face_pkgconfig_path variable folder)
  if(IS_ABSOLUTE "${folder}")
    set(${variable} "${folder}" PARENT_SCOPE)
  else()
    set(${variable} "\${prefix}/${folder}" PARENT_SCOPE)
  endif()
endfunction()

# face_install(<library> <what it does>): the header is include/<library>.h.
function(face_install name description)
  add_library(FaceNative::${name} ALIAS ${name})
  install(TARGETS ${name} EXPORT FaceNativeTargets LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(FILES "${PROJECT_SOURCE_DIR}/include/${name}.h" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")

  if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(prefix "${CMAKE_INSTALL_PREFIX}")
  else()
    file(RELATIVE_PATH upwards "/${face_pkgconfig_folder}" "/")
    string(REGEX REPLACE "/$" "" upwards "${upwards}")
    set(prefix "\${pcfiledir}/${upwards}")
  endif()
  face_pkgconfig_path(libdir "${CMAKE_INSTALL_LIBDIR}")
  face_pkgconfig_path(includedir "${CMAKE_INSTALL_INCLUDEDIR}")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/library.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${face_pkgconfig_folder}")
endfunction()

face_install(rerank_compute "Calibrated scores for the candidates of a face search")
face_install(merge_embeddings "One template from the photos of a person or the views of a face")
face_install(face_pixels "The loops over pixels between a photo and the tensors of face models")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/FaceNativeConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/FaceNativeConfig.cmake"
                              INSTALL_DESTINATION "${face_package_folder}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/FaceNativeConfigVersion.cmake"
                                 VERSION ${PROJECT_VERSION} COMPATIBILITY SameMajorVersion)
install(FILES "${PROJECT_BINARY_DIR}/FaceNativeConfig.cmake" "${PROJECT_BINARY_DIR}/FaceNativeConfigVersion.cmake"
        DESTINATION "${face_package_folder}")
install(EXPORT FaceNativeTargets NAMESPACE FaceNative:: DESTINATION "${face_package_folder}")
