// A mount of our own, by the program, as users make it.
#pragma once

#include <string>

namespace bytestore::bench {

class OurMount {
public:
    // Makes both directories if they are missing. Throws if the mount cannot be made.
    OurMount(std::string data, std::string point);
    // Unmounts at once, even if somebody is in it, so that nothing is removed through a mount.
    ~OurMount();
    OurMount(const OurMount&) = delete;
    OurMount& operator=(const OurMount&) = delete;

    const std::string& point() const { return point_; }
    double disk_bytes() const;    // of the store
    double daemon_bytes() const;  // in memory

private:
    const std::string data_;
    const std::string point_;
};

// Throws if a shell says that `command` failed.
void run(const std::string& command);
void unmount(const std::string& point) noexcept;

}  // namespace bytestore::bench
