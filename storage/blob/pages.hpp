// Memory straight from the system, given back to it at once. For the parts of uploads: from the
// heap, freed megabytes would stay with the process wherever something small lies behind them. Used
// by the S3 store's writers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <sys/mman.h>

namespace kinvault::blob {

class pages {
  public:
    /// `size` zero bytes, more than none; they take up memory as they are written to.
    explicit pages(std::size_t size)
        : data_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        , size_(size) {
        if (data_ == MAP_FAILED) throw std::bad_alloc();
    }
    ~pages() { ::munmap(data_, size_); }
    pages(pages const&) = delete;
    pages& operator=(pages const&) = delete;

    std::uint8_t* data() const noexcept { return static_cast<std::uint8_t*>(data_); }
    std::size_t size() const noexcept { return size_; }

  private:
    void* data_;
    std::size_t size_;
};

} // namespace kinvault::blob
