// One run of kvs: its streams, its options, and how it opens the store.
#pragma once

#include "engine/store.h"
#include "tools/cli.h"
#include "tools/io.h"
#include "tools/output.h"

#include <memory>
#include <string>

namespace bytestore::tools {

struct Session {
    Session(Io& streams, const CommandLine& line);

    // Changes nothing on disk, takes no lock, and finds a missing directory empty.
    Result<std::unique_ptr<Store>> open_for_reading() const;
    // Makes a missing directory, and waits for another kvs, or a daemon that is closing, to finish; not for a mount.
    Result<std::unique_ptr<Store>> open_for_writing() const;

    Io& io;
    Output out;
    LogFunction log;
    std::string directory;
};

}  // namespace bytestore::tools
