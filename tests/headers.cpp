// Nothing of its own: what CMakeLists.txt precompiles for the tests has to belong to something.
