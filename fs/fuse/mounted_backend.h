// The store as kvs sees it beside the mount: what it changes is seen through the mount when it is answered.
#pragma once

#include "fs/core/filesystem.h"
#include "fs/remote/store_backend.h"

namespace bytestore::fuse {

class MountedBackend : public remote::StoreBackend {
public:
    // Both outlive it.
    MountedBackend(Store& store, fs::Filesystem& filesystem)
        : StoreBackend(store), filesystem_(filesystem)
    {
    }

    Status sync() override { return filesystem_.sync_all(); }

protected:
    Status commit(const Batch& batch) override { return filesystem_.apply(batch); }

private:
    fs::Filesystem& filesystem_;
};

}  // namespace bytestore::fuse
