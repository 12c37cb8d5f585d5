// The one translation from an Error to the errno that a file system call answers with.
#pragma once

#include "engine/result.h"

namespace bytestore::fs {

int errno_of(const Error& error);

}  // namespace bytestore::fs
