// The one place that includes libfuse, so that every file agrees on the version of its interface.
#pragma once

#define FUSE_USE_VERSION 314

#include <fuse_lowlevel.h>
