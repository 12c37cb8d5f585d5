#include "tools/kvs.h"
#include "tools/process.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv)
{
    bytestore::tools::prepare_process();
    const std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
    bytestore::tools::Io io{std::cin, std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1};
    return bytestore::tools::run_kvs(args, io);
}
