// An argument list in libfuse's form that frees what libfuse allocates for it.
#pragma once

#include "fs/fuse/fuse_api.h"

namespace bytestore::fuse {

class FuseArgs {
public:
    // Borrows `argv`, which must outlive this; libfuse copies what it changes.
    FuseArgs(int argc, const char* const* argv)
        : args_{argc, const_cast<char**>(argv), 0}
    {
    }
    ~FuseArgs() { fuse_opt_free_args(&args_); }
    FuseArgs(const FuseArgs&) = delete;
    FuseArgs& operator=(const FuseArgs&) = delete;

    fuse_args* get() { return &args_; }

private:
    fuse_args args_;
};

}  // namespace bytestore::fuse
