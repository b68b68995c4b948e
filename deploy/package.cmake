# What is installed where, and the Debian package: `cpack -G DEB`, called by deploy/package.
include(GNUInstallDirs)
set(doc_folder "${CMAKE_INSTALL_DATAROOTDIR}/doc/lotd")

# install_gzipped(FILE FOLDER NAME): compressed reproducibly, as Debian's policy wants it.
find_program(LOTS_GZIP gzip)
function(install_gzipped file folder name)
  set(output "${PROJECT_BINARY_DIR}/package/${name}.gz")
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/package")
  execute_process(COMMAND "${LOTS_GZIP}" -9nc "${PROJECT_SOURCE_DIR}/deploy/${file}"
    OUTPUT_FILE "${output}" COMMAND_ERROR_IS_FATAL ANY)
  install(FILES "${output}" DESTINATION "${folder}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/deploy/${file}")
endfunction()

install_gzipped(man/lotd.8 "${CMAKE_INSTALL_MANDIR}/man8" lotd.8)

# What lotctl says of itself: its manual, and the completions of three shells.
set(about_lotctl "${PROJECT_BINARY_DIR}/package/lotctl")
set(about_files "")
# about_lotctl_file(NAME FOLDER COMMAND): the output of the command, installed in the folder.
function(about_lotctl_file name folder command)
  add_custom_command(OUTPUT "${about_lotctl}/${name}"
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${about_lotctl}"
    COMMAND sh -c "'$<TARGET_FILE:lotctl>' ${command} >'${about_lotctl}/${name}'"
    DEPENDS lotctl VERBATIM)
  install(FILES "${about_lotctl}/${name}" DESTINATION "${folder}")
  set(about_files ${about_files} "${about_lotctl}/${name}" PARENT_SCOPE)
endfunction()
about_lotctl_file(lotctl.1.gz "${CMAKE_INSTALL_MANDIR}/man1" "manual | '${LOTS_GZIP}' -9nc")
about_lotctl_file(lotctl "${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions"
  "completion bash")
about_lotctl_file(_lotctl "${CMAKE_INSTALL_DATAROOTDIR}/zsh/vendor-completions" "completion zsh")
about_lotctl_file(lotctl.fish "${CMAKE_INSTALL_DATAROOTDIR}/fish/vendor_completions.d"
  "completion fish")
add_custom_target(lots_about_lotctl DEPENDS ${about_files})

install_gzipped(debian/changelog "${doc_folder}" changelog)
install(FILES deploy/debian/copyright deploy/runbook.md deploy/roles.sql deploy/citus.sql
  DESTINATION "${doc_folder}")
install(DIRECTORY deploy/prometheus deploy/grafana DESTINATION "${doc_folder}/examples")
install(FILES deploy/service_config.json deploy/envoy.yaml DESTINATION "${doc_folder}/examples")
install(FILES "${PROJECT_BINARY_DIR}/proto.binpb" DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/lotd")
install(DIRECTORY proto/lots DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/lotd/proto"
  FILES_MATCHING PATTERN "*.proto")
install(FILES deploy/debian/lintian-overrides DESTINATION share/lintian/overrides RENAME lotd)
install(FILES deploy/systemd/lotd.service DESTINATION /lib/systemd/system)
install(FILES deploy/systemd/lotd.toml DESTINATION /etc/lotd)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME lotd)
set(CPACK_PACKAGE_VENDOR "The lotd authors")
set(CPACK_PACKAGE_CONTACT "The lotd authors <lotd@localhost>")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "lots and serial numbers over gRPC
Where each lot and serial number of an ERP is, where it came from, what it
went into and who received it. This package has the server lotd, the command
line lotctl, the protos, and dashboards and alerts for Prometheus and Grafana.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "postgresql-15, libnss-systemd, graphviz")
set(control "${PROJECT_SOURCE_DIR}/deploy/debian")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${control}/postinst;${control}/prerm;${control}/postrm;${control}/conffiles")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
# Some places are absolute, so the prefix is said here and not left to the build.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
