#include "fs/fuse/daemon.h"

int main(int argc, char** argv)
{
    return bytestore::fuse::run_mount(argc, argv);
}
