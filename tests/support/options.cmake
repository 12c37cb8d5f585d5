# What every test is compiled with after bytestore_options. The order counts, so it is a library of its own.
include_guard()
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED CONFIG)

add_library(bytestore_test_options INTERFACE)
target_link_libraries(bytestore_test_options INTERFACE GTest::gtest GTest::gmock rapidcheck)
# A test names only the fields that matter to it. What comes from precompiled headers g++ 12 does not know as a system's
# header, where it takes moved temporary strings for overflows. To check tests for undefined behaviour takes as long as to
# compile everything else.
target_compile_options(
  bytestore_test_options
  INTERFACE -Wno-missing-field-initializers $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-designated-field-initializers>
            $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds$<SEMICOLON>-Wno-stringop-overflow>)
if(BYTESTORE_SANITIZE)
  target_compile_options(bytestore_test_options INTERFACE -fno-sanitize=undefined)
endif()
