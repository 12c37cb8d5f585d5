// The keys of a store that the first ByteStore wrote to hold everything that is odd about keys, and the path of each.
#pragma once

#include <string>
#include <vector>

namespace bytestore::fs {

struct OddKey {
    std::string key;
    std::string path;
};

inline std::vector<OddKey> odd_keys()
{
    const std::string s255(255, 's');
    const std::string t256(256, 't');
    const std::string n1000(1000, 'n');
    std::string e254;
    for (int i = 0; i < 127; ++i) {
        e254 += "é";
    }
    return {
        {"a", "a/%value"},
        {"a:b", "a/b/%value"},
        {"a:b:c", "a/b/c"},
        {"a:", "a/%empty/%value"},
        {"a::", "a/%empty/%empty"},
        {"::", "%empty/%empty/%empty"},
        {":lead", "%empty/lead"},
        {".", "%dot"},
        {"..", "%dotdot"},
        {"a:.", "a/%dot"},
        {"a:..:x", "a/%dotdot/x"},
        {"x/y", "x:y"},
        {"/", ":"},
        {"url:http://x/y?z=1:2", "url/http/::x:y?z=1/2"},
        {"%value", "%%value"},
        {"a:%value", "a/%%value"},
        {"%%value", "%%%value"},
        {"%empty", "%%empty"},
        {"%.control", "%%.control"},
        {".control", "%.control/%value"},
        {".control:stats", "%.control/stats"},
        {"100%", "100%"},
        {" ", " "},
        {"sp ace:x", "sp ace/x"},
        {s255, s255},
        {t256, "%key-c841f93d0d96db0b81ddae26e083e3c3-" + t256.substr(0, 200)},
        {"deep:" + n1000 + ":leaf", "deep/%key-f98b998c628bfbbd26fa31326f67c4df-" + n1000.substr(0, 200) + "/leaf"},
        {e254 + "x", e254 + "x"},
        {e254 + "é", "%key-0578a827eb71a43fa9e1c6e9b5b809a3-" + e254.substr(0, 200)},
        {"user-1", "user-1"},
        {"user.x", "user.x"},
        {"user1", "user1"},
        {"user:1", "user/1"},
        {"user", "user/%value"},
    };
}

}  // namespace bytestore::fs
