#include "engine/format/base64.h"

#include "engine/format/base64_vectors.h"

#include <modp_b64.h>

namespace bytestore::format {

namespace {

std::size_t bytes_of(std::size_t chars)
{
    return chars / kBase64Chars * kBase64Bytes;
}

}  // namespace

std::size_t encode_base64(std::string_view bytes, char* out)
{
    auto taken = encode_by_avx512(bytes, out);
    taken += encode_by_avx2(bytes.substr(taken), out + base64_chars(taken));
    const auto written = base64_chars(taken);
    bytes.remove_prefix(taken);
    return written + modp_b64_encode(out + written, bytes.data(), bytes.size());
}

std::size_t decode_base64(std::string_view chars, char* out)
{
    auto taken = decode_by_avx512(chars, out);
    taken += decode_by_avx2(chars.substr(taken), out + bytes_of(taken));
    const auto written = bytes_of(taken);
    chars.remove_prefix(taken);
    const auto rest = modp_b64_decode(out + written, chars.data(), chars.size());
    return rest == kInvalidBase64 ? rest : written + rest;
}

}  // namespace bytestore::format
