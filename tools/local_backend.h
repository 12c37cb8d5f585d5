// The store in this process, owned.
#pragma once

#include "fs/remote/store_backend.h"

#include <memory>
#include <utility>

namespace bytestore::tools {

class LocalBackend : public remote::StoreBackend {
public:
    explicit LocalBackend(std::unique_ptr<Store> store)
        : StoreBackend(*store), owned_(std::move(store))
    {
    }

    Status close() override { return owned_->close(); }

private:
    const std::unique_ptr<Store> owned_;
};

}  // namespace bytestore::tools
