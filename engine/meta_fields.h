// Metadata as the fields of a record.
#pragma once

#include "engine/format/record.h"
#include "engine/types.h"

namespace bytestore {

// Times that are the mtime are left out.
format::Fields fields_of(const Meta& meta);

}  // namespace bytestore
