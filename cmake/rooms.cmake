# A room is a folder with one purpose. Its library has the folder's name, with dashes for slashes; its
# sources are found by looking, so that adding a file is enough.

add_library(frontrow_flags INTERFACE)
target_compile_options(frontrow_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
    # GCC bug 105562: false positives from std::string concatenation and std::optional at -O2.
    -Wno-restrict -Wno-maybe-uninitialized)
if(CMAKE_UNITY_BUILD)
    # Several sources become one: what is private to a source then stands in an included file.
    target_compile_options(frontrow_flags INTERFACE -Wno-subobject-linkage)
endif()
target_include_directories(frontrow_flags INTERFACE ${CMAKE_SOURCE_DIR})
# Third-party headers: Asio only as headers, without deprecated parts; RapidJSON hardened (see common/json).
target_compile_definitions(frontrow_flags INTERFACE BOOST_ASIO_NO_DEPRECATED)
set(FRONTROW_SANITIZE "" CACHE STRING "Sanitizers, as given to -fsanitize=")
if(FRONTROW_SANITIZE)
    add_compile_options(-fsanitize=${FRONTROW_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${FRONTROW_SANITIZE})
    if(FRONTROW_SANITIZE STREQUAL "thread")
        # Asio has memory fences, which this sanitizer does not know; what they guard is locked as well.
        add_compile_options(-Wno-tsan)
    endif()
endif()

# frontrow_room(LINKS a b c): a library of every .cpp beside the calling CMakeLists.txt, main.cpp apart.
function(frontrow_room)
    cmake_parse_arguments(ROOM "" "" "LINKS" ${ARGN})
    file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
    string(REPLACE "/" "-" name ${folder})
    file(GLOB sources CONFIGURE_DEPENDS *.cpp)
    list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
    if(sources)
        add_library(${name} STATIC ${sources})
        target_link_libraries(${name} PUBLIC frontrow_flags ${ROOM_LINKS})
    else()
        add_library(${name} INTERFACE)
        target_link_libraries(${name} INTERFACE frontrow_flags ${ROOM_LINKS})
    endif()
    set_property(GLOBAL APPEND PROPERTY FRONTROW_ROOMS ${name})
endfunction()

# frontrow_program(NAME name LINKS a b c): the program whose main.cpp is in the calling folder. Its allocator is
# jemalloc (docs/decisions/jemalloc.md); sanitizers bring their own.
function(frontrow_program)
    cmake_parse_arguments(PROGRAM "" "NAME" "LINKS" ${ARGN})
    add_executable(${PROGRAM_NAME} main.cpp)
    target_link_libraries(${PROGRAM_NAME} PRIVATE frontrow_flags ${PROGRAM_LINKS})
    if(NOT FRONTROW_SANITIZE)
        target_link_libraries(${PROGRAM_NAME} PRIVATE PkgConfig::jemalloc)
    endif()
endfunction()

# frontrow_tests(NAME name LINKS a b c): one test binary of every .cpp in the calling folder and the named SUBFOLDERS.
function(frontrow_tests)
    cmake_parse_arguments(TESTS "OPTIMIZED" "NAME" "LINKS;FOLDERS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS *.cpp)
    foreach(folder ${TESTS_FOLDERS})
        file(GLOB more CONFIGURE_DEPENDS ${folder}/*.cpp)
        list(APPEND sources ${more})
    endforeach()
    if(NOT sources)
        return()
    endif()
    add_executable(${TESTS_NAME} ${sources})
    if(NOT TESTS_OPTIMIZED)
        # What is tested stays optimized; of the tests themselves only the time to compile counts.
        target_compile_options(${TESTS_NAME} PRIVATE -O0)
    endif()
    target_link_libraries(${TESTS_NAME} PRIVATE frontrow_flags tests-support-testing ${TESTS_LINKS})
endfunction()

# frontrow_migrations(NAME library FUNCTION cpp_name FOLDERS a b): embeds the .sql files of the folders (paths from the root),
# in the order of folders and file names, as `std::span<pg::Migration const> frontrow::FUNCTION()`
# declared in "NAME.hpp" of the build folder. Those of common/pg, which every database needs, come first by themselves.
function(frontrow_migrations)
    cmake_parse_arguments(M "" "NAME;FUNCTION" "FOLDERS" ${ARGN})
    set(out ${CMAKE_BINARY_DIR}/generated/${M_NAME})
    set(files)
    list(PREPEND M_FOLDERS common/pg/migrations)
    list(REMOVE_DUPLICATES M_FOLDERS)
    foreach(folder ${M_FOLDERS})
        file(GLOB found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.sql)
        list(SORT found)
        list(APPEND files ${found})
    endforeach()
    string(REPLACE ";" "|" joined "${files}")
    add_custom_command(OUTPUT ${out}.cpp ${out}.hpp
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFUNCTION=${M_FUNCTION} -DFILES=${joined}
                -DROOT=${CMAKE_SOURCE_DIR} -DNAME=${M_NAME} -P ${CMAKE_SOURCE_DIR}/cmake/embed_migrations.cmake
        DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_migrations.cmake VERBATIM)
    add_library(${M_NAME} STATIC ${out}.cpp)
    target_include_directories(${M_NAME} PUBLIC ${CMAKE_BINARY_DIR}/generated)
    target_link_libraries(${M_NAME} PUBLIC common-pg)
endfunction()
